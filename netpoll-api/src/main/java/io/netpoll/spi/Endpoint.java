package io.netpoll.spi;

import java.io.IOException;

/**
 * A connection as its poller sees it: two sides and a life. All methods are called by the poller's
 * leader from within {@link Poller#dispatch()} or {@link Poller#close()}, except for {@link
 * #output()}, which senders call too; none waits or runs user code.
 *
 * <p>None throws, but for an {@link Error} where there is no memory. An event that is told once -
 * connected, reset, failed, the end of input - has been told then as far as the endpoint has noted
 * it: the poller does not tell it again, but closes the socket with RST and tells {@link
 * #closed()}, which it tells once, whatever comes of it.
 */
public interface Endpoint {

  /**
   * The side that takes what arrives.
   *
   * @return always the same object
   */
  Input input();

  /**
   * The side that gives what leaves.
   *
   * @return always the same object
   */
  Output output();

  /** The socket is connected. Input is paused. Only after {@link Poller#connect}. */
  void connected();

  /**
   * The socket is broken: connecting failed, or the peer reset it, or the system reported another
   * error, or a file could not be sent. No more input comes. The engine closes the handle.
   *
   * @param cause what the system said; a {@link SourceFileException} if it is about a file
   */
  void failed(IOException cause);

  /**
   * The peer has reset the connection while input is paused. What it sent before may still be
   * there: input may be resumed, and fails behind that. Told at most once, and only by a backend
   * that sees it without reading.
   */
  void wasReset();

  /** The socket is closed: the last event. */
  void closed();

  /**
   * The socket is no longer watched: the last event. Its ownership passes to the endpoint.
   *
   * @param socket the socket, still open
   */
  void detached(StreamSocket socket);
}
