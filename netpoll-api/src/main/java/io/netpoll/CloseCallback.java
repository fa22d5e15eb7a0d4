package io.netpoll;

/**
 * Called once when a connection is closed, by whichever side, after its last {@link OnRequest} call
 * and {@link OnDisconnect} have returned.
 *
 * @see Connection#addCloseCallback
 */
@FunctionalInterface
public interface CloseCallback {

  /**
   * Learns that the connection is closed.
   *
   * @param connection the closed connection; bytes that were received and not read are gone
   * @throws Exception any exception is logged
   */
  void onClose(Connection connection) throws Exception;
}
