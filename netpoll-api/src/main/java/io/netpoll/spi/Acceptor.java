package io.netpoll.spi;

import java.io.IOException;

/** Takes the connections of a listening socket. Called by the poller's leader; never throws. */
public interface Acceptor {

  /**
   * A connection was accepted.
   *
   * @param socket the socket; belongs to the acceptor, which attaches it to some poller of the same
   *     backend or closes it
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
