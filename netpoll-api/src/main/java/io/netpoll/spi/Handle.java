package io.netpoll.spi;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;

/**
 * One socket as its poller watches it.
 *
 * <p>A handle is used for one socket only. A backend whose events carry numbers instead of
 * references makes them of slot and generation, so that a late event of a closed socket never
 * reaches the handle that reuses its slot.
 *
 * <p>The last event of a handle is {@link Endpoint#closed()} or {@link Endpoint#detached} (for a
 * listening socket {@link Acceptor#closed()}): after it the poller touches neither endpoint nor
 * pages, and before it no page of the connection may be recycled. Where the poller is closed while
 * a thread is inside {@link #send()}, that thread goes on with the output until it returns, also
 * after the last event; the system's number of the socket is not given to another one before that.
 */
public interface Handle {

  /**
   * Sends what the endpoint's {@link Output} offers, until nothing is left or the socket is full.
   * Called by the thread that holds the output token, whichever it is; never waits.
   *
   * @return true if nothing is left, false if the socket is full or so much of a file was sent that
   *     others must have their turn: then the caller gives the token to the poller with {@link
   *     #sendWhenWritable()}
   * @throws SourceFileException if a file cannot be sent
   * @throws IOException if the socket is broken
   */
  boolean send() throws IOException;

  /**
   * Takes the output token: from now on the poller sends what the output offers whenever the socket
   * takes it, until {@link Output#drained()} says that nothing is left. Leader only.
   */
  void sendWhenWritable();

  /** Stops reading; nothing of the input is reported until resumed. Leader only. */
  void pauseInput();

  /**
   * Starts or goes on reading; what was remembered while paused is reported. Leader only. Does
   * nothing after the end of input.
   */
  void resumeInput();

  /**
   * Reads and drops what the socket has received by now. Leader only, while input is paused. Asked
   * before a close, since a system that closes a socket with unread bytes answers with RST, which
   * can destroy what was sent last.
   *
   * @return how many bytes were dropped; 0 if there were none; -1 if the input has ended or failed
   */
  int discardInput();

  /**
   * Sends FIN: no output follows. Leader only, while holding the output token.
   *
   * @throws IOException if the socket is broken
   */
  void shutdownOutput() throws IOException;

  /**
   * Closes the socket. Leader only, while no {@link #send()} runs. A later event is {@link
   * Endpoint#closed()} and nothing else. Further calls do nothing.
   */
  void close();

  /** Like {@link #close()}, but with RST instead of FIN, where the kind of socket has it. */
  void abort();

  /**
   * Gives up watching. Leader only, while no {@link #send()} runs. A later event is {@link
   * Endpoint#detached} with the socket, and nothing else.
   */
  void detach();

  /**
   * Sets an option of the socket. Any thread.
   *
   * @param <T> type of its value
   * @param option the option
   * @param value its value
   * @throws UnsupportedOperationException if the backend or the kind of socket lacks it
   * @throws IOException if the system refuses, or the socket is closed
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Reads an option of the socket. Any thread.
   *
   * @param <T> type of its value
   * @param option the option, known by its name
   * @return its value
   * @throws UnsupportedOperationException if the backend or the kind of socket lacks it
   * @throws IOException if the system refuses, or the socket is closed
   */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * The socket's own address. Any thread. Known once connected; stays available after close.
   *
   * @return the address
   */
  SocketAddress localAddress();

  /**
   * The peer's address. Any thread; stays available after close. Never fails, whatever name the
   * peer has bound: what a path cannot hold is written in another way.
   *
   * @return the address
   */
  SocketAddress remoteAddress();
}
