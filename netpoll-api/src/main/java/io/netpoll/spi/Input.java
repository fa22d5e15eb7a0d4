package io.netpoll.spi;

/**
 * The side of a connection that takes what arrives. Called by the poller's leader only.
 *
 * <p>A readiness backend asks for {@link #space} and reports {@link #filled}; a completion backend
 * that was given pages before hands them over with {@link #take}.
 */
public interface Input {

  /**
   * Offers memory to read into, as at least one span. Must be followed by {@link #filled}, also if
   * nothing was read.
   *
   * @param into cleared, then filled with spans in the order in which they are to be filled
   * @return false if no input is wanted now (nothing was offered, {@code filled} must not follow):
   *     the poller pauses input as if told to
   */
  boolean space(Spans into);

  /**
   * Takes what was read into the space offered last.
   *
   * @param bytes how many, from the start of the first span on; 0 if nothing was read
   */
  void filled(int bytes);

  /**
   * Takes a page that the poller filled itself. The page belongs to the connection from now on.
   *
   * @param page a page of the poller's {@link PageSource}
   * @param offset where its bytes start
   * @param length how many, at least 1
   */
  void take(Page page, int offset, int length);

  /** The peer will send no more (FIN). */
  void ended();
}
