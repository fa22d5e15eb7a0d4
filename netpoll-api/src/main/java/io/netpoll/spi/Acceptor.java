package io.netpoll.spi;

import java.io.IOException;

/**
 * Takes the connections of a listening socket. Called by the poller's leader. Throws nothing, but
 * for an {@link Error} where there is no memory.
 */
public interface Acceptor {

  /**
   * A connection was accepted.
   *
   * @param socket the socket; belongs to the acceptor, which attaches it to some poller of the same
   *     backend or closes it. If this throws, the poller closes it, unless a poller has it
   */
  void accepted(StreamSocket socket);

  /**
   * Accepting failed, for want of descriptors for example. The listening socket stays open; the
   * engine pauses it for a while.
   *
   * @param cause what the system said
   */
  void failed(IOException cause);

  /** The listening socket is closed: the last event. */
  void closed();
}
