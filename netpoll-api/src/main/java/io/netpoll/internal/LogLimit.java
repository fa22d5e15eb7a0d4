package io.netpoll.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one message in ten seconds through, of those that could come at any rate. Thread-safe. */
public final class LogLimit {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong last = new AtomicLong(System.nanoTime() - EVERY_NANOS);

  /** The first message passes. */
  public LogLimit() {}

  /**
   * Whether a message may be logged now.
   *
   * @return true for one caller in ten seconds
   */
  public boolean permits() {
    long now = System.nanoTime();
    long before = last.get();
    return now - before >= EVERY_NANOS && last.compareAndSet(before, now);
  }
}
