package io.netpoll.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long one direction of a connection may wait: a timeout for each wait and an absolute
 * deadline. Set from any thread, also while a thread waits; whoever sets one wakes the waiter
 * afterwards.
 */
final class Deadline {
  private static final long NONE = Long.MIN_VALUE;

  private volatile long timeoutNanos;
  private volatile long at = NONE;

  Deadline(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
  }

  /** Sets the timeout of each wait; 0 for none. */
  void timeout(long nanos) {
    timeoutNanos = nanos;
  }

  long timeout() {
    return timeoutNanos;
  }

  /** Sets the moment after which nothing waits, or removes it. */
  void at(@Nullable Instant moment) {
    long nanoTime = moment == null ? NONE : Nanos.at(moment);
    at = moment != null && nanoTime == NONE ? NONE + 1 : nanoTime;
  }

  /**
   * The time left for a wait that began at {@code start}: nanoseconds, Long.MAX_VALUE if no end.
   */
  long left(long start) {
    long timeout = timeoutNanos;
    long moment = at;
    if (timeout == 0 && moment == NONE) {
      return Long.MAX_VALUE;
    }
    long now = System.nanoTime();
    long left = timeout == 0 ? Long.MAX_VALUE : timeout - (now - start);
    return moment == NONE ? left : Math.min(left, moment - now);
  }
}
