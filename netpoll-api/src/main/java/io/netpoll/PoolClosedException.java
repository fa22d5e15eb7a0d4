package io.netpoll;

import java.io.IOException;

/** A {@link ConnectionPool} lends no connection because it has been closed. */
public final class PoolClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message which pool
   */
  public PoolClosedException(String message) {
    super(message);
  }
}
