package io.netpoll.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A server that answers every frame. It serves from the moment it is made until it is closed. */
interface Peer extends AutoCloseable {

  /** The address that it accepts on. */
  InetSocketAddress address();

  /** How it was set up, in {@code key=value} words. */
  String description();

  /**
   * Closes the listener and all connections, and waits until every thread has ended. An interrupt
   * ends the waiting, and its flag stays set.
   */
  @Override
  void close() throws IOException;
}
