package io.netpoll.core;

import org.jspecify.annotations.Nullable;

/**
 * Passes a poll loop on to a spare thread while its leader is in user code: the leader calls that
 * before it waits there, and the watch-dog when the call takes too long. {@link Leadership} decides
 * which of them is first. Whoever finds the loop passed on touches nothing of it.
 *
 * <p>Between the step of {@link Leadership} and the wake-up of the next leader the loop has none,
 * so nothing may fail there. Whoever comes here from user code has looked for {@link
 * io.netpoll.internal.StackRoom room} before.
 */
final class HandOver {
  private final PollLoop loop;
  private final Leadership leadership;

  HandOver(PollLoop loop, Leadership leadership) {
    this.loop = loop;
    this.leadership = leadership;
  }

  /**
   * Passes the loop on, before its leader {@code me} waits in user code.
   *
   * @return false if there is no thread to pass it to: {@code me} must lead on while it waits, as
   *     {@link WaitingLeader} does
   */
  boolean passOn(LoopThread me) {
    Spares.Spare next = Spares.SHARED.take();
    if (next == null) {
      return false;
    }
    passTo(next, me.entered());
    me.passedOn(); // if that failed, the watch-dog was faster
    return true;
  }

  /**
   * Passes the loop on to {@code next}, or gives that back.
   *
   * @param entered the word of the call that the leader is in
   * @return whether it was passed on: not if that call is over, or another was faster
   */
  boolean passTo(Spares.Spare next, long entered) {
    if (leadership.passTo(entered, next.thread.number)) {
      next.lead(loop);
      return true;
    }
    Spares.SHARED.giveBack(next);
    return false;
  }

  /**
   * Passes the loop on, if its leader is in the call still that the watch-dog has seen. If there is
   * no thread to pass it to, what that call holds back is sent at least.
   *
   * @param seen the word of that call
   * @param overtaken what was called
   */
  void overtake(long seen, @Nullable Runnable overtaken) {
    Spares.Spare next = Spares.SHARED.take();
    boolean passed = next != null && passTo(next, seen);
    if (overtaken instanceof ConnectionRun late) {
      if (passed) {
        late.overtaken();
      } else if (next == null) {
        late.sendHeld(); // of whichever call that is: anybody may
      }
    }
  }
}
