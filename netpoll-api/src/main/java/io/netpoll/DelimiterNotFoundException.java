package io.netpoll;

import java.io.IOException;

/** No delimiter was found within the allowed number of bytes. They stay readable. */
public final class DelimiterNotFoundException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public DelimiterNotFoundException(String message) {
    super(message);
  }
}
