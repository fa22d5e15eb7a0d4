package io.netpoll.benchmarks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a process that takes too long, so that who reads its output waits no longer. Any thread
 * releases it.
 */
public final class Guard {
  private final CompletableFuture<Void> end;

  /** Gives a process so much time from now on. */
  public Guard(Process process, Duration patience) {
    end =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Lets the process live. */
  public void release() {
    end.cancel(false);
  }
}
