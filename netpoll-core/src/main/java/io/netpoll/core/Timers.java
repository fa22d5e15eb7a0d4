package io.netpoll.core;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a poll loop has to do at a later time. Leader only.
 *
 * <p>Meant for the few timers of rare events (closing, accept pauses, shutdown deadlines); nothing
 * ticks while none is due.
 */
final class Timers {

  /** A scheduled action. */
  static final class Timer implements Comparable<Timer> {
    private final long due;
    private final Runnable action;
    private boolean cancelled;

    private Timer(long due, Runnable action) {
      this.due = due;
      this.action = action;
    }

    /** Makes it do nothing. It is forgotten when its time has come. Leader only. */
    void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Timer other) {
      return Long.signum(due - other.due); // System.nanoTime may overflow
    }
  }

  private final PriorityQueue<Timer> queue = new PriorityQueue<>();

  /** Runs {@code action} on the leader in {@code delayNanos} nanoseconds or a little later. */
  Timer schedule(long delayNanos, Runnable action) {
    Timer timer = new Timer(System.nanoTime() + delayNanos, action);
    queue.add(timer);
    return timer;
  }

  /** The nanoseconds until the next timer is due: 0 if one is, Long.MAX_VALUE if there is none. */
  long nanosToNext() {
    while (!queue.isEmpty() && queue.peek().cancelled) {
      queue.remove();
    }
    return queue.isEmpty() ? Long.MAX_VALUE : Math.max(0, queue.peek().due - System.nanoTime());
  }

  /** Takes the next timer that is due. */
  @Nullable Runnable pollDue() {
    while (!queue.isEmpty()) {
      Timer next = queue.peek();
      if (!next.cancelled && next.due - System.nanoTime() > 0) {
        return null;
      }
      queue.remove();
      if (!next.cancelled) {
        return next.action;
      }
    }
    return null;
  }
}
