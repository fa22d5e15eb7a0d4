package io.netpoll.core.execution;

import io.netpoll.core.loop.SystemClock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Decides, tick by tick of the watch-dog, whether a call of user code holds the leader of one loop
 * for too long. The watch-dog only.
 *
 * <p>A call that is the same at two ticks is suspected. A thread that waits for something that is
 * not ours is overdue then. One that could run is overdue once it has computed for half a
 * millisecond more: a thread that lost its processor to others is not, since another leader would
 * compete for the same processor. What neither waits nor computes for ten milliseconds is blocked
 * in the kernel, and overdue too.
 */
final class CallWatch {
  private static final long COMPUTING_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final class Computed implements ToLongFunction<Thread> {
    @Override
    public long applyAsLong(Thread thread) {
      return CpuTime.ifRunnable(thread);
    }
  }

  private final LongSupplier clock;
  private final ToLongFunction<Thread> computed;

  private long lastSeen;
  private boolean suspected;
  private long suspectedAt;
  private long computedThen;

  /** Watches real threads by real clocks. */
  CallWatch() {
    this(SystemClock.INSTANCE, new Computed());
  }

  /**
   * Watches by clocks of a test.
   *
   * @param clock in nanoseconds
   * @param computed as {@link CpuTime#ifRunnable}
   */
  CallWatch(LongSupplier clock, ToLongFunction<Thread> computed) {
    this.clock = clock;
    this.computed = computed;
  }

  /**
   * Looks at the loop's leadership at a tick.
   *
   * @param seen the leadership word
   * @param leader the thread that the word is about, if it is in user code
   * @return whether the loop should be passed on
   */
  boolean isOverdue(long seen, Thread leader) {
    boolean same = seen == lastSeen && Leadership.isInUserCode(seen);
    lastSeen = seen;
    if (!same) {
      suspected = false;
      return false;
    }
    long computedNow = computed.applyAsLong(leader);
    if (computedNow == CpuTime.UNKNOWN) {
      return true;
    }
    long now = clock.getAsLong();
    if (!suspected) {
      suspected = true;
      suspectedAt = now;
      computedThen = computedNow;
      return false;
    }
    return computedNow - computedThen >= COMPUTING_NANOS || now - suspectedAt >= BLOCKED_NANOS;
  }

  /** Whether the call that was seen last is suspected. */
  boolean isSuspecting() {
    return suspected;
  }
}
