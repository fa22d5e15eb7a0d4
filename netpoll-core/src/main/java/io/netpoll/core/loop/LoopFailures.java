package io.netpoll.core.loop;

import io.netpoll.internal.LogLimit;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * Reports what fails in the engine where no user learns of it by an exception: in a step of a poll
 * loop, or of a thread that works for all of them. Any thread. Where there is no memory, a report
 * may be lost.
 */
public final class LoopFailures {
  private static final Log LOG = Log.LOOP;
  private static final LogLimit LIMIT = new LogLimit();

  private LoopFailures() {}

  /** To be called early: a class that is first needed when there is no memory is lost for good. */
  static void load() {
    Objects.requireNonNull(LIMIT);
  }

  public static void report(String what, Throwable t) {
    LOG.log(System.Logger.Level.ERROR, what, t);
  }

  /** As {@link #report}, for what may come at any rate. */
  public static void reportSometimes(String what, Throwable t) {
    if (LIMIT.permits()) {
      report(what, t);
    }
  }

  /** Reports what no loop ends for; throws nothing itself. */
  public static void goesOnAfter(Throwable t) {
    try {
      reportSometimes("A step of a poll loop failed; the loop goes on.", t);
    } catch (Error noMemory) {
      // There is none even to load the text.
    }
  }

  /** Reports it and waits a while, which may help; throws nothing itself. */
  public static void awaitMemory(Throwable t) {
    goesOnAfter(t);
    try {
      LockSupport.parkNanos(RetryQueue.RETRY_NANOS);
    } catch (Error noMemory) {
      // The caller tries again.
    }
  }
}
