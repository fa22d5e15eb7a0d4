package io.netpoll.it.reliability;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** What a test asks of the library that an {@link AllocationLoader} has loaded. */
public interface AllocationSubject extends AutoCloseable {
  /** What a server does with a byte that it reads. */
  byte ECHO = 'e';

  byte DETACH = 'd';
  byte CLOSE = 'c';
  byte PIPE = 'p';

  /**
   * Starts a server of at most one connection, on a group with one loop beside that of the
   * listener.
   *
   * @param backend its name
   * @param mode the label of an execution mode
   * @return its address
   */
  InetSocketAddress serve(String backend, String mode) throws Exception;

  /** Has the server adopt a connected channel; whatever it throws, the channel may be closed. */
  void adopt(SocketChannel channel) throws Exception;

  /** Connects, sends a byte, reads it back and closes. */
  void dial(InetSocketAddress peer) throws Exception;

  /** The connections of the loops, those on their way included. */
  int reservations();

  /** So many descriptors do its loops keep for callers that wait, once each had one that did. */
  int keptForCallers();

  /** Closes the group. */
  @Override
  void close();

  /** The connections of the server. */
  int connections();

  /** The pipes whose end was not told. */
  int pipes();
}
