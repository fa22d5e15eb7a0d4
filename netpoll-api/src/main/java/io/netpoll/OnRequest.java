package io.netpoll;

/**
 * Called when bytes have arrived. For one connection the calls come one at a time; what one call
 * wrote to memory is visible to the next, on whichever thread it runs.
 *
 * <p>Write it in plain blocking style: read one request (waiting for the rest of it where it is not
 * there yet), answer, flush, return. If bytes remain after that and the call consumed something, it
 * is called again at once. A call that consumed nothing is not repeated before more bytes come, so
 * returning early never makes a busy loop.
 *
 * <p>What the call consumed is released when it returns, and its views end there.
 *
 * @see EventLoop the order of the callbacks
 */
@FunctionalInterface
public interface OnRequest {

  /**
   * Handles arrived bytes.
   *
   * @param connection the connection
   * @throws Exception any exception closes the connection, after the output flushed so far was
   *     sent; it is logged with the peer's address, except that the peer's closing or resetting of
   *     the connection is not logged above DEBUG
   */
  void onRequest(Connection connection) throws Exception;
}
