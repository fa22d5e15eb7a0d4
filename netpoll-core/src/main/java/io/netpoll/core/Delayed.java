package io.netpoll.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An action that a poll loop is to do later, once; made by {@link EngineGroup#schedule}. Any thread
 * cancels it.
 */
public final class Delayed {
  private final Runnable action;
  private volatile boolean cancelled;

  /** Where it is to be done; null if the group was closed. Set before the object is shown. */
  private @Nullable PollLoop loop;

  /** The leader only. */
  private TimerWheel.@Nullable Timer timer;

  Delayed(Runnable action) {
    this.action = action;
  }

  /** Lets {@code loop} do it; returns false if that has ended. */
  boolean arm(PollLoop loop, long delayNanos) {
    this.loop = loop;
    return loop.execute(() -> arm(delayNanos));
  }

  private void arm(long delayNanos) {
    if (!cancelled) {
      timer = Objects.requireNonNull(loop).timers().schedule(delayNanos, this::run);
    }
  }

  private void run() {
    if (!cancelled) {
      action.run();
    }
  }

  /** Makes it do nothing, and forgets it; too late if it is being done. */
  public void cancel() {
    cancelled = true;
    PollLoop there = loop;
    if (there != null) {
      there.execute(this::disarm); // a loop that has ended has no timers
    }
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
