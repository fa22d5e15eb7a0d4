package io.netpoll.spi;

import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.IOException;

/**
 * Stands between the socket of a connection and what its user reads and writes. It may hold back,
 * change and make bytes in both directions: encryption is such a filter. <em>Raw</em> bytes are
 * those of the socket, <em>plain</em> ones those of the user.
 *
 * <p>A connection has one filter at most, which is made when its callbacks have admitted it (after
 * OnPrepare), or when a dial is connected. Before the filter says {@link Context#open}, OnConnect
 * is not called, and the dial does not succeed.
 *
 * <h2>Threads</h2>
 *
 * {@link #receive} and {@link #receivedAll} are called by one thread at a time, {@link #send} and
 * {@link #finish} by one thread at a time, and one of each kind at the same time. Each call sees
 * what the calls of its kind before it have done. {@link #canSend} is called by any thread. None of
 * them waits, blocks or runs user code: most are made by a poll loop. A filter that has work which
 * takes long does it elsewhere, and then says {@link Context#resume}.
 *
 * <p>A view that a filter takes from a reader is valid until the call returns.
 *
 * <h2>Failures</h2>
 *
 * What {@code receive}, {@code receivedAll}, {@code send} or {@code finish} throws ends the
 * connection: no more is received, what came before is handled, then the user gets the exception as
 * a cause, and what the filter {@linkplain #canSend can send} without plain bytes, such as an
 * alert, is sent before the socket is closed. A dial fails with the exception.
 */
public interface Filter {

  /** Makes the filter of a connection. Called by the connection's poll loop; does not wait. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes a filter.
     *
     * @param context what it may ask of the connection
     * @return a new filter
     * @throws IOException if there can be none: the connection is closed
     */
    Filter create(Context context) throws IOException;
  }

  /** What a filter may ask of its connection. Any thread; does not wait. */
  interface Context {
    /** The connection may be used: OnConnect is called, or the dial succeeds. Once. */
    void open();

    /**
     * Something has changed outside of a call of the engine: {@link Filter#receive} and, if it can,
     * {@link Filter#send} are called soon.
     */
    void resume();
  }

  /** How {@link #receive} goes on. */
  enum Next {
    /** More raw bytes are needed. */
    READ,
    /** There may be more to make out of the raw bytes that are there. */
    AGAIN,
    /**
     * No raw byte can be used before {@link Context#resume} is called: nothing is read till then.
     */
    WAIT
  }

  /**
   * Makes plain bytes out of raw ones, a bounded number at a time: one record, say. Called when raw
   * bytes have come, after {@link Next#AGAIN}, after {@link Context#resume}, and at times without a
   * reason.
   *
   * @param raw what has come and was not consumed; never waits
   * @param plain takes what the user will read; the caller flushes
   * @return how to go on
   * @throws IOException if the raw bytes are wrong
   */
  Next receive(Reader raw, Writer plain) throws IOException;

  /**
   * The peer will send no more (FIN), and every raw byte was shown to {@link #receive}.
   *
   * @throws IOException if something is missing
   */
  void receivedAll() throws IOException;

  /**
   * Whether {@link #send} would make raw bytes now. While plain bytes wait and this is false,
   * nothing happens before {@link #receive} has returned or {@link Context#resume} is called. A
   * connection that is closed meanwhile waits for that, at most for the write timeout, and reads
   * nothing.
   *
   * @param plain whether plain bytes wait to be sent
   * @return true if it would
   */
  boolean canSend(boolean plain);

  /**
   * Makes raw bytes: of its own, or out of plain ones. Called when it {@linkplain #canSend can}.
   *
   * @param plain what the user has flushed and was not consumed; never waits
   * @param raw takes what is sent; the caller flushes
   * @param room how many raw bytes to make at most, but for what cannot be divided
   * @throws IOException if it cannot
   */
  void send(Reader plain, Writer raw, int room) throws IOException;

  /**
   * Makes the last raw bytes, which say that no more will come. Called at most once, after the last
   * {@link #send}, when the output is finished or the connection closed in order.
   *
   * @param raw takes what is sent; the caller flushes
   * @throws IOException if it cannot
   */
  void finish(Writer raw) throws IOException;
}
