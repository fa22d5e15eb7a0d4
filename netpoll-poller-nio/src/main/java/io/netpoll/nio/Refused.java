package io.netpoll.nio;

import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/**
 * What the system refuses, with operation and address: the JDK's exceptions have the reason alone.
 * They keep their types.
 */
final class Refused {
  // What the C library says of EAGAIN, EADDRINUSE and EADDRNOTAVAIL: the JDK has no numbers. In
  // another language than that of most machines the advice is left out, and a full queue refuses.
  private static final String TRY_AGAIN = "Resource temporarily unavailable";
  private static final String IN_USE = "Address already in use";
  private static final String NOT_AVAILABLE = "Cannot assign requested address";

  private Refused() {}

  /** An address could not be bound. */
  static IOException binding(SocketAddress address, IOException cause) {
    String reason = reason(cause);
    return like(cause, SystemRefusal.binding(address, reason, reason.equals(IN_USE)));
  }

  /**
   * A connection could not be made.
   *
   * @param local what was bound before, or null
   */
  static IOException connecting(
      SocketAddress remote, @Nullable SocketAddress local, IOException cause) {
    String reason = reason(cause);
    return Addresses.isUnix(remote) && reason.equals(TRY_AGAIN)
        ? caused(SystemRefusal.backlogFull(remote, reason), cause)
        : like(
            cause, SystemRefusal.connecting(remote, local, reason, reason.equals(NOT_AVAILABLE)));
  }

  /** Another operation failed: one that "failed" can follow. */
  static IOException operation(String what, IOException cause) {
    return like(cause, what + " failed: " + reason(cause));
  }

  /** An address is of a version of IP that the JDK was told not to use. */
  static SocketException version(SocketAddress address, UnsupportedAddressTypeException cause) {
    return caused(
        new SocketException(
            "There are no sockets for "
                + SystemRefusal.text(address)
                + " because java.net.preferIPv4Stack is true: set it to false, or use IPv4."),
        cause);
  }

  private static String reason(IOException cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  private static IOException like(IOException cause, String message) {
    if (cause instanceof BindException) {
      return caused(new BindException(message), cause);
    }
    if (cause instanceof NoRouteToHostException) {
      return caused(new NoRouteToHostException(message), cause);
    }
    if (cause instanceof ConnectException) {
      return caused(new ConnectException(message), cause);
    }
    return caused(new SocketException(message), cause);
  }

  private static <E extends IOException> E caused(E exception, Exception cause) {
    exception.initCause(cause);
    return exception;
  }
}
