package io.netpoll.core.execution;

import org.jspecify.annotations.Nullable;

/**
 * Passes a poll loop on to a spare thread while its leader is in user code: the leader calls that
 * before it waits there, and the watch-dog when the call takes too long. {@link Leadership} decides
 * which of them is first. A thread that finds the loop passed on touches nothing of it.
 *
 * <p>Between the step of {@link Leadership} and the wake-up of the next leader the loop has none,
 * so nothing may fail there. A thread that comes here from user code has looked for {@link
 * io.netpoll.internal.StackRoom room} before.
 */
final class LeaderHandoff {
  private final HandlerLoop loop;
  private final Leadership leadership;

  LeaderHandoff(HandlerLoop loop, Leadership leadership) {
    this.loop = loop;
    this.leadership = leadership;
  }

  /**
   * Passes the loop on, before its leader {@code me} waits in user code.
   *
   * @return false if there is no thread to pass it to: {@code me} must lead on while it waits, as
   *     {@link NestedPollLoop} does
   */
  boolean passOn(LoopThread me) {
    FollowerThreads.Follower next = FollowerThreads.SHARED.take();
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
  boolean passTo(FollowerThreads.Follower next, long entered) {
    if (leadership.passTo(entered, next.thread.number)) {
      next.lead(loop);
      return true;
    }
    FollowerThreads.SHARED.giveBack(next);
    return false;
  }

  /**
   * Passes the loop on, if its leader is in the call still that the watch-dog has seen. If there is
   * no thread to pass it to, what that call holds back is sent at least.
   *
   * @param seen the word of that call
   * @param preempted what was called
   */
  void preempt(long seen, @Nullable Runnable preempted) {
    FollowerThreads.Follower next = FollowerThreads.SHARED.take();
    boolean passed = next != null && passTo(next, seen);
    if (preempted instanceof HandlerTask late) {
      if (passed) {
        late.preempted();
      } else if (next == null) {
        late.sendHeld(); // of whichever call that is: anybody may
      }
    }
  }
}
