package io.netpoll.benchmarks.rpc;

/**
 * What happens to every request.
 *
 * @param burnMicros how long it computes
 * @param sleepMillis how long it sleeps
 * @param service how it is answered
 */
public record Work(long burnMicros, long sleepMillis, Service service) {

  /** No work: a bare echo. */
  public static final Work NONE = new Work(0, 0, Service.ECHO);

  /**
   * Computes and sleeps, on the calling thread: after the request was read, before its answer is
   * written.
   */
  public void run() throws InterruptedException {
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
