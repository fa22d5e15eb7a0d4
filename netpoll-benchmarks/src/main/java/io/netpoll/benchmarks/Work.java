package io.netpoll.benchmarks;

/**
 * What every request costs beside reading and writing it.
 *
 * @param burnMicros how long it computes
 * @param sleepMillis how long it sleeps
 */
record Work(long burnMicros, long sleepMillis) {

  /** No work: a bare echo. */
  static final Work NONE = new Work(0, 0);

  /** Does it, on the calling thread. */
  void run() throws InterruptedException {
    if (burnMicros > 0) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < burnMicros * 1000) {
        Thread.onSpinWait();
      }
    }
    if (sleepMillis > 0) {
      Thread.sleep(sleepMillis);
    }
  }
}
