package io.netpoll;

import java.io.IOException;

/** A connection could not be established in time. */
public final class DialTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public DialTimeoutException(String message) {
    super(message);
  }
}
