package io.netpoll.core.execution;

import io.netpoll.core.loop.SystemClock;
import io.netpoll.internal.Setting;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices, tick by tick of the watch-dog, that one call of user code holds a poll loop, which
 * serves nobody meanwhile, and has that logged: when the call has lasted for {@code
 * io.netpoll.blockedHandlerAfter} milliseconds (2000; 0 for never), with its stack, and when the
 * loop goes on, with the duration. Of the stalls of a loop one in ten seconds is logged. The
 * watch-dog only.
 */
final class StallWatch {
  /** How long a call may last; zero for any time. */
  static final long AFTER_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Setting.BLOCKED_HANDLER_AFTER.number(2000));

  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final long afterNanos;
  private final String advice;
  private final LongSupplier clock;
  private final BiConsumer<String, @Nullable Throwable> log;

  private long lastSeen;
  private boolean lasting;
  private long since;
  private @Nullable String logged;
  private boolean loggedBefore;
  private long loggedAt;

  /**
   * Watches by the real clock.
   *
   * @param advice ends the sentence that is logged
   */
  StallWatch(String advice) {
    this(AFTER_NANOS, advice, SystemClock.INSTANCE, StallLog.SHARED);
  }

  /** Watches by a clock of a test, in nanoseconds, and tells {@code log}. */
  StallWatch(
      long afterNanos,
      String advice,
      LongSupplier clock,
      BiConsumer<String, @Nullable Throwable> log) {
    this.afterNanos = afterNanos;
    this.advice = advice;
    this.clock = clock;
    this.log = log;
  }

  /** Whether stalls are noticed at all. */
  static boolean isOn() {
    return AFTER_NANOS > 0;
  }

  /**
   * Looks at the loop's leadership at a tick.
   *
   * @param seen the leadership word
   * @param leader the thread that the word is about, if it is in user code
   */
  void look(long seen, Thread leader) {
    if (afterNanos <= 0) {
      return;
    }
    if (seen != lastSeen || !Leadership.isInUserCode(seen)) {
      lastSeen = seen;
      lasting = false;
      goesOn();
    } else if (!lasting) {
      lasting = true;
      since = clock.getAsLong();
    } else if (logged == null && clock.getAsLong() - since >= afterNanos) {
      stalls(leader);
    }
  }

  private void stalls(Thread leader) {
    long now = clock.getAsLong();
    if (loggedBefore && now - loggedAt < EVERY_NANOS) {
      return;
    }
    loggedBefore = true;
    loggedAt = now;
    logged = leader.getName();
    Throwable stack = new Throwable("Where " + logged + " is:");
    stack.setStackTrace(leader.getStackTrace());
    log.accept(
        logged
            + " has been in one handler for "
            + millis(now - since)
            + " ms, and its poll loop serves nobody meanwhile: "
            + advice,
        stack);
  }

  private void goesOn() {
    if (logged != null) {
      long lasted = clock.getAsLong() - since;
      log.accept("The poll loop of " + logged + " goes on, after " + millis(lasted) + " ms.", null);
      logged = null;
    }
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
