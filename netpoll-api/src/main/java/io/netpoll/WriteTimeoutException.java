package io.netpoll;

import java.io.IOException;

/** The peer did not take output in time. What was flushed stays queued. */
public final class WriteTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public WriteTimeoutException(String message) {
    super(message);
  }
}
