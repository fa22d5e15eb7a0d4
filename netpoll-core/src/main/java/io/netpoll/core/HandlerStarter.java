package io.netpoll.core;

import io.netpoll.Execution;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which thread a run starts, as the {@link Execution} of the group says. Any thread
 * calls {@link #start}; it never runs user code on the caller's stack.
 */
final class HandlerStarter {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final String groupName;

  private final boolean inline;

  /** Runs handlers; null where they run on the loops. */
  private final @Nullable Executor executor;

  /** Runs handlers that are too heavy for the loops, in adaptive execution. */
  private final @Nullable Executor elsewhere;

  /** The pool to end with the group, if the executor is its own. */
  private final @Nullable WorkerPool ownPool;

  private final LogLimit refusals = new LogLimit();

  /**
   * Makes the starter for an execution mode.
   *
   * @throws IllegalArgumentException if this JDK lacks the mode
   */
  HandlerStarter(Execution execution, String groupName) {
    this.groupName = groupName;
    this.inline = execution.mode() == Execution.Mode.INLINE;
    boolean adaptive = execution.mode() == Execution.Mode.ADAPTIVE;
    boolean virtual =
        execution.mode() == Execution.Mode.VIRTUAL || (adaptive && VirtualThreads.exist());
    this.ownPool =
        inline || virtual || execution.executor() != null ? null : new WorkerPool(groupName);
    Executor threads =
        virtual
            ? VirtualThreads.executor("netpoll-" + groupName + "-virtual-")
            : ownPool == null ? execution.executor() : ownPool;
    this.executor = inline || adaptive ? null : threads;
    this.elsewhere = adaptive ? threads : null;
  }

  boolean isInline() {
    return inline;
  }

  /** Starts {@code run} for a connection of {@code loop}. */
  void start(PollLoop loop, Runnable run) {
    if (executor != null) {
      startOn(executor, loop, run);
    } else if (!loop.makeReady(run)) {
      startAlone(run);
    }
  }

  /** Starts {@code run} off the loops, in adaptive execution. */
  void startElsewhere(PollLoop loop, Runnable run) {
    startOn(Objects.requireNonNull(elsewhere), loop, run);
  }

  private void startOn(Executor threads, PollLoop loop, Runnable run) {
    if (loop.isBorrowedByCaller()) { // the executor may be a user's
      loop.makeReady(() -> startOn(threads, loop, run));
      return;
    }
    try {
      threads.execute(run);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter: no thread to be had
      if (refusals.permits()) {
        Log.EXECUTION.log(
            System.Logger.Level.WARNING,
            "A handler could not be started ("
                + e
                + ") and is tried again every 10 ms: give the group's executor more room.");
      }
      boolean retried =
          loop.execute(
              () -> loop.timers().schedule(RETRY_NANOS, () -> startOn(threads, loop, run)));
      if (!retried) {
        startAlone(run);
      }
    }
  }

  /** For what is left to call when the loops have ended. */
  void startAlone(Runnable run) {
    Thread thread = new Thread(null, run, "netpoll-" + groupName + "-last", 0, false);
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends the group's own pool once its handlers have returned. */
  void close() {
    if (ownPool != null) {
      ownPool.shutdown();
    }
  }
}
