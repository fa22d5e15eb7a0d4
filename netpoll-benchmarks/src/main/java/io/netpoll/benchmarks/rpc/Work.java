package io.netpoll.benchmarks.rpc;

/**
 * What happens to every request, but for messages that say that they do no work.
 *
 * @param burnMicros how long it computes
 * @param sleepMillis how long it sleeps
 * @param service how it is answered
 */
public record Work(long burnMicros, long sleepMillis, Service service) {

  /** No work: a bare echo. */
  public static final Work NONE = new Work(0, 0, Service.ECHO);

  /** Does the work of a request, if it is one that does any; as {@link #run}. */
  void runFor(Message request) throws InterruptedException {
    if (!request.isLight()) {
      run();
    }
  }

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
