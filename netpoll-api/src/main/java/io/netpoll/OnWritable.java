package io.netpoll;

/**
 * Called when a connection takes output again: its unsent bytes were above the high-water mark, and
 * have come down to the low-water mark. It comes one at a time with the other callbacks of the
 * connection, so not before a handler that is running has returned.
 *
 * @see Writer#flushOrDrop
 */
@FunctionalInterface
public interface OnWritable {

  /**
   * Writes more, by flushes that do not wait as a rule. The thread that writes outside of callbacks
   * must not write at that time.
   *
   * @param connection the connection
   * @throws Exception any exception closes the connection, as one of {@link OnRequest} does
   */
  void onWritable(Connection connection) throws Exception;
}
