package io.netpoll.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for what another thread will bring about, in place of sleeping. */
public final class Eventually {
  /** How long the methods without a time-out wait. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final long PAUSE_NANOS = 1_000_000;

  private Eventually() {}

  /** An assertion that may throw anything. */
  @FunctionalInterface
  public interface Assertion {
    /**
     * Checks.
     *
     * @throws Throwable if it does not hold
     */
    void check() throws Throwable;
  }

  /**
   * Waits until a condition holds, for at most {@link #DEFAULT_TIMEOUT}.
   *
   * @param what the condition in words, for the message
   * @param condition checked about every millisecond
   * @throws AssertionError if it did not hold in time; what the condition threw last is its cause
   */
  public static void holds(String what, Callable<Boolean> condition) {
    holds(what, DEFAULT_TIMEOUT, condition);
  }

  /**
   * Waits until a condition holds.
   *
   * @param what the condition in words, for the message
   * @param timeout how long
   * @param condition checked about every millisecond
   * @throws AssertionError if it did not hold in time; what the condition threw last is its cause
   */
  public static void holds(String what, Duration timeout, Callable<Boolean> condition) {
    await(
        what,
        timeout,
        () -> {
          if (!condition.call()) {
            throw new NotYet();
          }
        });
  }

  /**
   * Waits until an assertion passes, for at most {@link #DEFAULT_TIMEOUT}.
   *
   * @param assertion checked about every millisecond
   * @throws AssertionError if it did not pass in time; what it threw last is the cause
   */
  public static void passes(Assertion assertion) {
    passes(DEFAULT_TIMEOUT, assertion);
  }

  /**
   * Waits until an assertion passes.
   *
   * @param timeout how long
   * @param assertion checked about every millisecond
   * @throws AssertionError if it did not pass in time; what it threw last is the cause
   */
  public static void passes(Duration timeout, Assertion assertion) {
    await(null, timeout, assertion);
  }

  private static void await(@Nullable String what, Duration timeout, Assertion assertion) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (true) {
      // Read before the check: a thread that got no CPU in between has had its last try.
      boolean last = System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted();
      Throwable failure = failureOf(assertion);
      if (failure == null) {
        return;
      }
      if (last) {
        throw failed(what, timeout, failure);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static @Nullable Throwable failureOf(Assertion assertion) {
    try {
      assertion.check();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private static AssertionError failed(@Nullable String what, Duration timeout, Throwable failure) {
    String when =
        Thread.currentThread().isInterrupted()
            ? "before this thread was interrupted"
            : "within " + TimeUnit.MILLISECONDS.convert(timeout) + " ms";
    if (failure instanceof NotYet) {
      return new AssertionError("Not " + when + ": " + what);
    }
    String subject = what == null ? "" : what + ": ";
    return new AssertionError("Not " + when + ": " + subject + failure.getMessage(), failure);
  }

  private static final class NotYet extends Exception {
    private static final long serialVersionUID = 1;

    NotYet() {
      super(null, null, false, false);
    }
  }
}
