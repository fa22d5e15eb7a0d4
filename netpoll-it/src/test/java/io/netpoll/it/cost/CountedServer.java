package io.netpoll.it.cost;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What a test asks of the library that a {@link CountingLoader} has loaded. */
public interface CountedServer extends AutoCloseable {
  /** The bytes of a request behind its length. */
  int SIZE = 1 << 10;

  /**
   * Starts to echo frames of {@link #SIZE} on one loop.
   *
   * @param backend its name
   * @param mode the label of an execution mode
   * @return its address
   */
  InetSocketAddress serve(String backend, String mode) throws IOException;

  /** How often the loop has polled so far. */
  long polls();

  /** Ends the server, and its threads. */
  @Override
  void close();
}
