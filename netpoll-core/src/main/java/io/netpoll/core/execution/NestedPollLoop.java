package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.PollLoop;
import io.netpoll.internal.StackRoom;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.function.BooleanSupplier;

/**
 * Leads a poll loop on in place: by its leader, while that waits in user code and there is no other
 * thread to lead. It does I/O only, since the leader's stack is a handler's; handlers start
 * elsewhere. As soon as a thread is free, the loop is passed on to that. The leader calls it.
 *
 * <p>An interrupt of its thread is the user code's, whatever it comes amid: it ends the wait, and
 * nothing here clears it.
 */
final class NestedPollLoop {
  private final HandlerLoop driver;
  private final PollLoop loop;
  private final Leadership leadership;
  private final FlushBatch sends;
  private final UnparkBatch callers;

  /** Leader only. */
  private boolean leading;

  NestedPollLoop(HandlerLoop driver, Leadership leadership, FlushBatch sends, UnparkBatch callers) {
    this.driver = driver;
    this.loop = driver.loop;
    this.leadership = leadership;
    this.sends = sends;
    this.callers = callers;
  }

  /** Whether the leader waits in user code while it leads, and must not call any. */
  boolean isLeading() {
    return leading;
  }

  /**
   * Leads on until the wait of {@code me} is over. Throws a StackOverflowError, before anything
   * else, if user code has left no room for that.
   *
   * @param done returns whether what is waited for has come
   * @return false if the loop has been passed on: {@code me} must park
   */
  boolean lead(LoopThread me, BooleanSupplier done, Await.Limit limit) {
    StackRoom.forALoop();
    if (!leadership.leave(me.entered())) {
      me.passedOn();
      return false;
    }
    me.leave();
    me.waitsInPlace(loop.tasks);
    leading = true;
    boolean leads = false;
    boolean again;
    do {
      again = false;
      try {
        leads = serve(me, done, limit);
      } catch (VirtualMachineError | LinkageError e) { // as in HandlerLoop.lead
        again = true;
        LoopFailures.awaitMemory(e);
      } catch (Throwable t) {
        loop.life.breaks(t);
        loop.finish();
      }
    } while (again);
    me.waitsInPlace(null);
    if (leads) {
      leading = false;
      callers.wake();
    }
    me.enter(driver, leads ? leadership.enter() : Leadership.NONE, false);
    return leads;
  }

  /** Returns false if the loop was passed on, or has ended: nothing of it may be touched then. */
  private boolean serve(LoopThread me, BooleanSupplier done, Await.Limit limit) {
    sends.send(); // of the turn that it is in
    while (!done.getAsBoolean() && limit.nanosLeft() > 0 && !me.isInterrupted()) {
      loop.runTasks();
      driver.startReadyElsewhere();
      FollowerThreads.Follower next = FollowerThreads.SHARED.take();
      if (next != null) {
        callers.wake();
        leading = false;
        driver.handoff.passTo(next, leadership.enter()); // if that fails, the watch-dog was faster
        return false;
      }
      if (!loop.dispatch() && !done.getAsBoolean()) {
        loop.runDue();
        if (loop.life.isOver()) {
          loop.finish();
          return false;
        }
        if (done.getAsBoolean()) {
          break;
        }
        callers.wake();
        pollUntilInterrupted(limit.nanosLeft());
        if (loop.life.isBroken()) {
          loop.finish();
          return false;
        }
      }
    }
    return true;
  }

  /** Polls; an interrupt ends that, whether the poller's own wait notices it or not. */
  private void pollUntilInterrupted(long longest) {
    InterruptWatch watch = new InterruptWatch();
    watch.begins();
    try {
      loop.poll(longest);
    } finally {
      watch.ends();
    }
  }

  /**
   * Has the thread that interrupts the leader end its poll, as an interrupt ends a wait for a
   * channel of the JDK. For one poll.
   */
  private final class InterruptWatch extends AbstractInterruptibleChannel {
    void begins() {
      begin();
    }

    void ends() {
      try {
        end(true);
      } catch (AsynchronousCloseException interrupted) {
        // The interrupt flag says so, too, and stays set.
      }
    }

    @Override
    protected void implCloseChannel() {
      loop.endPoll();
    }
  }
}
