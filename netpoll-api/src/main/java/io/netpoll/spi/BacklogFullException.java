package io.netpoll.spi;

import java.net.ConnectException;

/**
 * The server's queue of connections that wait to be accepted is full, so that the system has
 * refused another one and does not tell when there is room. Connecting may be tried again.
 *
 * <p>Linux does so for Unix-domain sockets. For TCP it sends the SYN again by itself.
 */
public final class BacklogFullException extends ConnectException {
  private static final long serialVersionUID = 1;

  /**
   * With a message.
   *
   * @param message names the address, and what the system said
   */
  public BacklogFullException(String message) {
    super(message);
  }
}
