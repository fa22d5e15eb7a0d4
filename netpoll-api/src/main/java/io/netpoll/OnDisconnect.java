package io.netpoll;

/**
 * Called once when the peer has closed or reset the connection. May run while {@link OnRequest}
 * runs on another thread; bytes that came before may still be unread.
 *
 * @see EventLoop the order of the callbacks
 */
@FunctionalInterface
public interface OnDisconnect {

  /**
   * Learns that the peer is gone.
   *
   * @param connection the connection; {@link Connection#isActive()} is false
   * @throws Exception any exception is logged
   */
  void onDisconnect(Connection connection) throws Exception;
}
