package io.netpoll.epoll;

import java.io.Serial;
import java.net.SocketException;

/**
 * What broke a connection, as its poller has found it. It has no stack trace: that of a poll loop
 * tells nothing, and to walk it took 3 % of the processor time of a short connection that its peer
 * resets. Who uses the connection gets an exception of its own, with this one as its cause.
 */
final class BrokenConnectionException extends SocketException {
  @Serial private static final long serialVersionUID = 1;

  BrokenConnectionException(String message) {
    super(message);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
