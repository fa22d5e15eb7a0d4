package io.netpoll;

import java.io.IOException;

/** No connection of a {@link ConnectionPool} came free in time. */
public final class AcquireTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public AcquireTimeoutException(String message) {
    super(message);
  }
}
