package io.netpoll.core.connection;

import io.netpoll.internal.Nanos;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long one direction of a connection may wait: a timeout for each wait and an absolute
 * deadline. Immutable; all connections share one until they are given others.
 *
 * @param timeout of each wait in nanoseconds; 0 for none
 * @param at the moment after which nothing waits, by the clock of System.nanoTime; NONE for none
 */
record Deadline(long timeout, long at) {
  private static final long NONE = Long.MIN_VALUE;

  Deadline(long timeout) {
    this(timeout, NONE);
  }

  Deadline withTimeout(long nanos) {
    return new Deadline(nanos, at);
  }

  /** With the moment after which nothing waits; null for none. */
  Deadline withMoment(@Nullable Instant moment) {
    long nanoTime = moment == null ? NONE : Nanos.at(moment);
    return new Deadline(timeout, moment != null && nanoTime == NONE ? NONE + 1 : nanoTime);
  }

  /**
   * The time left for a wait that began at {@code start}: nanoseconds, Long.MAX_VALUE if no end.
   */
  long left(long start) {
    if (timeout == 0 && at == NONE) {
      return Long.MAX_VALUE;
    }
    long now = System.nanoTime();
    long left = timeout == 0 ? Long.MAX_VALUE : timeout - (now - start);
    return at == NONE ? left : Math.min(left, at - now);
  }
}
