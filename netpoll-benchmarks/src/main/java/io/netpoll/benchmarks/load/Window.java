package io.netpoll.benchmarks.load;

import org.HdrHistogram.Histogram;

/** The time in which answers count, and the processor time that went by in it. */
final class Window {
  private final long pid;
  private final long serverNanos;
  private final long ownNanos;
  private final long start;

  private final boolean spins;

  /**
   * Begins now.
   *
   * @param pid the server's process; 0 for none
   * @param spins whether this process never sleeps, so that its processor time says nothing
   */
  Window(long pid, boolean spins) {
    this.pid = pid;
    this.spins = spins;
    serverNanos = ProcessTime.nanos(pid);
    ownNanos = ProcessTime.own();
    start = System.nanoTime();
  }

  /**
   * Ends now.
   *
   * @param latencies of the answers that counted; copied
   * @param answers how many there were
   * @param bytes what they carried
   * @param beside answers to another load
   * @param waiting connections that have waited for long
   */
  LoadResult end(Histogram latencies, double answers, long bytes, long beside, int waiting) {
    long nanos = System.nanoTime() - start;
    long own = spins ? 0 : ProcessTime.own() - ownNanos;
    long server = ProcessTime.nanos(pid) - serverNanos;
    return new LoadResult(latencies.copy(), answers, bytes, nanos, waiting, server, own, beside);
  }
}
