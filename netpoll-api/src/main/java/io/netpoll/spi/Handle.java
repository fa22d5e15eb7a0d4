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
 * a thread is inside {@link #send} or {@link #receive}, that thread goes on until it returns, also
 * after the last event; the system's number of the socket is not given to another one before that.
 */
public interface Handle {

  /**
   * Reads once, into what {@code into} offers. Called by the thread that holds the input token of
   * the connection, whichever it is; never waits.
   *
   * @param into takes the bytes
   * @return how many bytes came, less than were offered if no more are there; 0 if there were none,
   *     or none are wanted; -1 at the end of input
   * @throws IOException if the socket is broken, or closed
   */
  int receive(Input into) throws IOException;

  /**
   * Sends what {@code from} offers, until nothing is left, the socket is full, or enough was done
   * for one turn. Called by the thread that holds the output token of the connection, whichever it
   * is; never waits.
   *
   * @param from gives the bytes
   * @param calls how often the system is called at most, at least once
   * @return true if nothing is left; false if the socket is full, or the calls are used up, or so
   *     much of a file was sent that others must have their turn: then the leader has output
   *     watched
   * @throws SourceFileException if a file cannot be sent
   * @throws IOException if the socket is broken, or closed
   */
  boolean send(Output from, int calls) throws IOException;

  /** Has {@link Endpoint#writable} told from now on when the socket takes bytes. Leader only. */
  void watchOutput();

  /** Has that told no longer. Leader only. */
  void ignoreOutput();

  /** Has nothing of the input reported until it is resumed. Leader only. */
  void pauseInput();

  /**
   * Has input reported from now on, what came meanwhile as well. Leader only. Does nothing after
   * the end of input.
   */
  void resumeInput();

  /**
   * Has the end of input and errors reported from now on, by {@link Endpoint#readable} with {@code
   * ending}, and bytes no longer, until input is paused or resumed. Leader only. Called if the
   * backend {@linkplain PollerProvider#awaitsInput() awaits input}.
   */
  default void watchEnd() {
    throw new UnsupportedOperationException("This backend does not await input.");
  }

  /**
   * Waits in the system until {@link #receive} may find something: bytes, the end or an error.
   * Called by the thread that holds the input token of the connection, if the backend {@linkplain
   * PollerProvider#awaitsInput() awaits input}. The wait ends as well when the thread is
   * interrupted, whose interrupt flag stays set; or by {@link InputWait#wakeup()}; or for no
   * reason.
   *
   * @param wait of the same backend
   * @param nanos how long at most, in nanoseconds, rounded up to what the system counts in; 0 to
   *     look only, Long.MAX_VALUE for no limit
   * @return whether {@code receive} may find something
   */
  default boolean awaitInput(InputWait wait, long nanos) {
    throw new UnsupportedOperationException("This backend does not await input.");
  }

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
   * Closes the socket. Leader only, while no {@link #send} or {@link #receive} runs. A later event
   * is {@link Endpoint#closed()} and nothing else. Further calls do nothing.
   */
  void close();

  /** Like {@link #close()}, but with RST instead of FIN, where the kind of socket has it. */
  void abort();

  /**
   * Gives up watching. Leader only, while no {@link #send} or {@link #receive} runs. A later event
   * is {@link Endpoint#detached} with the socket, and nothing else.
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
