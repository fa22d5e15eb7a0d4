package io.netpoll.core;

import io.netpoll.Execution;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which thread a run starts, as the {@link Execution} of the group says. Any thread
 * calls {@link #start}; it never runs user code on the caller's stack.
 */
final class HandlerStarter {
  private static final System.Logger LOG = System.getLogger("io.netpoll.execution");
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String groupName;

  /** Runs handlers; null in inline execution. */
  private final @Nullable Executor executor;

  /** The pool to end with the group, if the executor is its own. */
  private final @Nullable WorkerPool ownPool;

  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /**
   * Makes the starter for an execution mode.
   *
   * @throws IllegalArgumentException if this JDK lacks the mode
   */
  HandlerStarter(Execution execution, String groupName) {
    this.groupName = groupName;
    this.ownPool =
        execution.mode() == Execution.Mode.WORKERS && execution.executor() == null
            ? new WorkerPool(groupName)
            : null;
    this.executor =
        switch (execution.mode()) {
          case INLINE -> null;
          case VIRTUAL -> VirtualThreads.executor("netpoll-" + groupName + "-virtual-");
          case WORKERS -> ownPool == null ? execution.executor() : ownPool;
        };
  }

  boolean isInline() {
    return executor == null;
  }

  /** Starts {@code run} for a connection of {@code loop}. */
  void start(PollLoop loop, Runnable run) {
    if (executor == null) {
      if (!loop.makeReady(run)) {
        startAlone(run);
      }
      return;
    }
    try {
      executor.execute(run);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter: no thread to be had
      long now = System.nanoTime();
      long logged = lastLogged.get();
      if (now - logged >= LOG_EVERY_NANOS && lastLogged.compareAndSet(logged, now)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "A handler could not be started ("
                + e
                + ") and is tried again every 10 ms: give the group's executor more room.");
      }
      boolean retried =
          loop.execute(() -> loop.timers().schedule(RETRY_NANOS, () -> start(loop, run)));
      if (!retried) {
        startAlone(run);
      }
    }
  }

  /** For the last callbacks of connections whose loop has ended. */
  private void startAlone(Runnable run) {
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
