package io.netpoll;

import java.io.IOException;

/**
 * No poller backend can be used. The message lists every one that was seen and why it was refused.
 */
public final class PollerUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public PollerUnavailableException(String message) {
    super(message);
  }
}
