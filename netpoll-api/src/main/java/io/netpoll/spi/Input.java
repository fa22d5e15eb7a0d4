package io.netpoll.spi;

/**
 * Where a read puts its bytes. Called within {@link Handle#receive}, by its caller, which holds the
 * input token of the connection.
 */
public interface Input {

  /**
   * Offers memory to read into, as at least one span. Must be followed by {@link #filled}, also if
   * nothing was read.
   *
   * @param into cleared, then filled with spans in the order in which they are to be filled
   * @return false if no input is wanted now: nothing was offered, and {@code filled} must not
   *     follow
   */
  boolean space(Spans into);

  /**
   * Takes what was read into the space offered last.
   *
   * @param bytes how many, from the start of the first span on; 0 if nothing was read
   */
  void filled(int bytes);
}
