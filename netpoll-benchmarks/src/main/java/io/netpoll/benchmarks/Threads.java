package io.netpoll.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends threads. */
final class Threads {
  private static final long PATIENCE_SECONDS = 5;

  private Threads() {}

  /**
   * Interrupts the threads of an executor, and waits until they have ended. An interrupt ends the
   * waiting, and its flag stays set.
   */
  static void end(ExecutorService executor) {
    executor.shutdownNow();
    try {
      executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
