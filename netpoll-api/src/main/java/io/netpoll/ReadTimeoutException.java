package io.netpoll;

import java.io.IOException;

/** The bytes that a reading call waited for did not come in time. None were consumed. */
public final class ReadTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public ReadTimeoutException(String message) {
    super(message);
  }
}
