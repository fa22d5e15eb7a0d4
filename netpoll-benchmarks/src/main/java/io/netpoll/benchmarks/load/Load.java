package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.time.Duration;

/**
 * What keeps a server busy over connections that stay open, and measures it. One thread uses it.
 */
public interface Load extends AutoCloseable {

  /**
   * Makes load from a standstill, measures after a while, and comes to a standstill again. May be
   * called again and again.
   *
   * @param settle how long it is not measured
   * @param duration how long it is measured after that
   * @param pid the process whose processor time is measured; 0 for none
   * @throws IOException if what comes is wrong, a connection ends, or nothing comes for 10 s
   */
  LoadResult slice(Duration settle, Duration duration, long pid) throws IOException;

  /** Closes all connections. */
  @Override
  void close() throws IOException;
}
