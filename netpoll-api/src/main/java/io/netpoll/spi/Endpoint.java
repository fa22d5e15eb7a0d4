package io.netpoll.spi;

import java.io.IOException;

/**
 * A connection as its poller sees it. All methods are called by the poller's leader from within
 * {@link Poller#dispatch()} or {@link Poller#close()}; none waits or runs user code.
 *
 * <p>The poller says when a socket is ready, and the endpoint moves the bytes: it calls {@link
 * Handle#receive} or {@link Handle#send} from within {@link #readable} and {@link #writable}, or
 * has the socket watched no longer. A completion backend, which reads on its own, hands over what
 * came by {@link #received} and {@link #ended} instead of {@link #readable}.
 *
 * <p>None throws, but for an {@link Error} where there is no memory. What the endpoint was told
 * then, it has taken as far as it has noted it: the poller does not tell it again, but closes the
 * socket with RST and tells {@link #closed()}, which it tells once, whatever comes of it.
 */
public interface Endpoint {

  /** The socket is connected. Input is paused. Only after {@link Poller#connect}. */
  void connected();

  /**
   * There is something to read, or the end of input, or an error, while input is resumed. Told
   * again as long as that is so, also by another thread's reading in between: a read may find
   * nothing.
   *
   * @param ending whether the end of input comes after what is there, as far as the backend knows:
   *     then it is worth reading on to it
   */
  void readable(boolean ending);

  /**
   * The socket takes bytes, or is broken, while output is watched. Told again as long as that is
   * so.
   */
  void writable();

  /**
   * A completion backend has read into a page of its own. Several reads may share a page, each
   * filling what comes after the one before; with the last of them the page belongs to the
   * connection. Also told after input was paused, for what was under way.
   *
   * @param page a page of the poller's {@link PageSource}
   * @param offset where the bytes of this read start
   * @param length how many, at least 1
   * @param last whether the poller has done with the page
   */
  void received(Page page, int offset, int length, boolean last);

  /**
   * A completion backend has no page to read into: input is paused. The engine resumes it soon, and
   * whenever it may be read again.
   */
  void outOfPages();

  /** A completion backend has met the end of input (FIN). */
  void ended();

  /**
   * The socket is broken: connecting failed, or a completion backend's read did, or the system
   * refuses to watch it. No more input comes. The engine closes the handle.
   *
   * @param cause what the system said
   */
  void failed(IOException cause);

  /**
   * The peer has reset the connection while input is paused. What it sent before may still be
   * there: input may be resumed, and fails after that. Told at most once, and only by a backend
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
