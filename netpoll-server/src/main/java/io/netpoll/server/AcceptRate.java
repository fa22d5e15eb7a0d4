package io.netpoll.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bounds how many connections a second come in, with bursts of what a tenth of a second allows.
 * Thread-safe.
 *
 * <p>It keeps the moment up to which the rate is used up. Each connection moves it on by one
 * interval; one that would move it too far ahead of now must not come in.
 */
final class AcceptRate {
  private final long intervalNanos;
  private final long aheadNanos;
  private final LongSupplier clock;
  private final AtomicLong usedUpTo;

  /**
   * A rate by a clock.
   *
   * @param perSecond at least 1
   * @param clock like System.nanoTime
   */
  AcceptRate(int perSecond, LongSupplier clock) {
    this.intervalNanos = Math.max(1, TimeUnit.SECONDS.toNanos(1) / perSecond);
    this.aheadNanos = Math.max(0, perSecond / 10 - 1) * intervalNanos;
    this.clock = clock;
    this.usedUpTo = new AtomicLong(clock.getAsLong());
  }

  /** Takes the place of one connection; false if there is none now. */
  boolean tryTake() {
    for (; ; ) {
      long now = clock.getAsLong();
      long before = usedUpTo.get();
      long start = before - now > 0 ? before : now;
      if (start - now > aheadNanos) {
        return false;
      }
      if (usedUpTo.compareAndSet(before, start + intervalNanos)) {
        return true;
      }
    }
  }
}
