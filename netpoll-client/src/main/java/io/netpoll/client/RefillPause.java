package io.netpoll.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a pool waits after a failed dial before it dials for its minimum again: a second, twice
 * that after each further failure, half a minute at most. Any thread.
 */
final class RefillPause {
  private static final long FIRST = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(30);

  private final AtomicLong next = new AtomicLong(FIRST);

  /** The pause to make now, in nanoseconds. */
  long next() {
    return next.getAndUpdate(pause -> Math.min(2 * pause, LONGEST));
  }

  /** A dial has succeeded. */
  void reset() {
    next.set(FIRST);
  }
}
