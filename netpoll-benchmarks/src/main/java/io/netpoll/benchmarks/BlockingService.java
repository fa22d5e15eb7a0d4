package io.netpoll.benchmarks;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** What a peer on the JDK's blocking channels does for its connections. */
interface BlockingService extends AutoCloseable {

  /** Serves a connection until its client ends it. The calling thread does nothing else. */
  void serve(SocketChannel connection) throws IOException, InterruptedException;

  /** Ends the threads that serve several connections; those of connections have ended by then. */
  @Override
  default void close() {}
}
