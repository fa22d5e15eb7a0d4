package io.netpoll.benchmarks.rpc;

import java.util.concurrent.ThreadLocalRandom;

/**
 * What happens to every request, but for messages that say that they do no work.
 *
 * @param burnMicros how long it computes
 * @param slowMicros how long one in {@link #SLOW_EVERY} computes beyond that, drawn at random
 * @param sleepMillis how long it sleeps
 * @param service how it is answered
 */
public record Work(long burnMicros, long slowMicros, long sleepMillis, Service service) {
  /** Of how many requests one is slow. */
  public static final int SLOW_EVERY = 50;

  /** No work: a bare echo. */
  public static final Work NONE = new Work(0, 0, 0, Service.ECHO);

  /** Does the work of a request, if it is one that does any; as {@link #run}. */
  public void runFor(Message request) throws InterruptedException {
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
      burn(burnMicros);
    }
    if (slowMicros > 0 && ThreadLocalRandom.current().nextInt(SLOW_EVERY) == 0) {
      burn(slowMicros);
    }
    if (sleepMillis > 0) {
      Thread.sleep(sleepMillis);
    }
  }

  private static void burn(long micros) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < micros * 1000) {
      Thread.onSpinWait();
    }
  }
}
