package io.netpoll;

/**
 * Called once for each accepted connection after {@link OnPrepare}. May read, write and wait;
 * {@link OnRequest} is not called before it has returned.
 *
 * @see EventLoop the order of the callbacks
 */
@FunctionalInterface
public interface OnConnect {

  /**
   * Greets a connection.
   *
   * @param connection the connection
   * @throws Exception any exception closes the connection and is logged
   */
  void onConnect(Connection connection) throws Exception;
}
