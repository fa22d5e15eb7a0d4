package io.netpoll;

/**
 * Called once for each accepted connection before any of its I/O. May set timeouts, options and the
 * attachment, and may refuse the connection by closing it.
 *
 * @see EventLoop the order of the callbacks
 */
@FunctionalInterface
public interface OnPrepare {

  /**
   * Prepares a connection.
   *
   * @param connection the new connection; nothing was read from it yet
   * @throws Exception any exception closes the connection and is logged
   */
  void onPrepare(Connection connection) throws Exception;
}
