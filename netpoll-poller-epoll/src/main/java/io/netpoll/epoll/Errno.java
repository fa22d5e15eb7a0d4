package io.netpoll.epoll;

import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/** The error numbers of Linux, their names, and the exceptions that they become. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EINVAL = 22;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int ENOSPC = 28;
  static final int EPIPE = 32;
  static final int ENOSYS = 38;
  static final int ENONET = 64;
  static final int EPROTO = 71;
  static final int EOVERFLOW = 75;
  static final int ENOTSOCK = 88;
  static final int ENOPROTOOPT = 92;
  static final int EPROTONOSUPPORT = 93;
  static final int EOPNOTSUPP = 95;
  static final int EAFNOSUPPORT = 97;
  static final int EADDRINUSE = 98;
  static final int EADDRNOTAVAIL = 99;
  static final int ENETDOWN = 100;
  static final int ENETUNREACH = 101;
  static final int ENETRESET = 102;
  static final int ECONNABORTED = 103;
  static final int ECONNRESET = 104;
  static final int ENOBUFS = 105;
  static final int EISCONN = 106;
  static final int ENOTCONN = 107;
  static final int ETIMEDOUT = 110;
  static final int ECONNREFUSED = 111;
  static final int EHOSTDOWN = 112;
  static final int EHOSTUNREACH = 113;
  static final int EALREADY = 114;
  static final int EINPROGRESS = 115;

  private Errno() {}

  /** Loads this class, which is impossible when it is needed for want of descriptors. */
  static void load() {
    // Initialising the class does it.
  }

  /** What the C library calls it, then its name. */
  static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "Operation not permitted (EPERM)";
      case ENOENT -> "No such file or directory (ENOENT)";
      case EINTR -> "Interrupted system call (EINTR)";
      case EIO -> "Input/output error (EIO)";
      case EBADF -> "Bad file descriptor (EBADF)";
      case EAGAIN -> "Resource temporarily unavailable (EAGAIN)";
      case ENOMEM -> "Cannot allocate memory (ENOMEM)";
      case EACCES -> "Permission denied (EACCES)";
      case EINVAL -> "Invalid argument (EINVAL)";
      case ENFILE -> "Too many open files in system (ENFILE)";
      case EMFILE -> "Too many open files (EMFILE)";
      case ENOSPC -> "No space left on device (ENOSPC)";
      case EPIPE -> "Broken pipe (EPIPE)";
      case ENOSYS -> "Function not implemented (ENOSYS)";
      case ENONET -> "Machine is not on the network (ENONET)";
      case EPROTO -> "Protocol error (EPROTO)";
      case EOVERFLOW -> "Value too large for defined data type (EOVERFLOW)";
      case ENOTSOCK -> "Socket operation on non-socket (ENOTSOCK)";
      case ENOPROTOOPT -> "Protocol not available (ENOPROTOOPT)";
      case EPROTONOSUPPORT -> "Protocol not supported (EPROTONOSUPPORT)";
      case EOPNOTSUPP -> "Operation not supported (EOPNOTSUPP)";
      case EAFNOSUPPORT -> "Address family not supported by protocol (EAFNOSUPPORT)";
      case EADDRINUSE -> "Address already in use (EADDRINUSE)";
      case EADDRNOTAVAIL -> "Cannot assign requested address (EADDRNOTAVAIL)";
      case ENETDOWN -> "Network is down (ENETDOWN)";
      case ENETUNREACH -> "Network is unreachable (ENETUNREACH)";
      case ENETRESET -> "Network dropped connection on reset (ENETRESET)";
      case ECONNABORTED -> "Software caused connection abort (ECONNABORTED)";
      case ECONNRESET -> "Connection reset by peer (ECONNRESET)";
      case ENOBUFS -> "No buffer space available (ENOBUFS)";
      case EISCONN -> "Transport endpoint is already connected (EISCONN)";
      case ENOTCONN -> "Transport endpoint is not connected (ENOTCONN)";
      case ETIMEDOUT -> "Connection timed out (ETIMEDOUT)";
      case ECONNREFUSED -> "Connection refused (ECONNREFUSED)";
      case EHOSTDOWN -> "Host is down (EHOSTDOWN)";
      case EHOSTUNREACH -> "No route to host (EHOSTUNREACH)";
      case EALREADY -> "Operation already in progress (EALREADY)";
      case EINPROGRESS -> "Operation now in progress (EINPROGRESS)";
      default -> "Error number " + errno;
    };
  }

  /**
   * The exception for a failed call.
   *
   * @param what was tried, as a verb that "failed" can follow: {@code recv}
   */
  static IOException exception(String what, int errno) {
    return new SocketException(message(what, errno));
  }

  /** The exception for a connection that an event told to be broken. */
  static IOException brokenConnection(String what, int errno) {
    return new BrokenConnectionException(message(what, errno));
  }

  /** The exception for an address that could not be bound, or listened at. */
  static IOException bindException(SocketAddress address, int errno) {
    return addressException(
        SystemRefusal.binding(address, describe(errno), errno == EADDRINUSE), errno);
  }

  /**
   * The exception for a connection that could not be made.
   *
   * @param local what was bound before, or null
   */
  static IOException connectException(
      SocketAddress remote, @Nullable SocketAddress local, int errno) {
    if (errno == EAGAIN && remote instanceof UnixDomainSocketAddress) {
      return SystemRefusal.backlogFull(remote, describe(errno));
    }
    String message =
        SystemRefusal.connecting(remote, local, describe(errno), errno == EADDRNOTAVAIL);
    return switch (errno) {
      case ECONNREFUSED, ETIMEDOUT -> new ConnectException(message);
      case EHOSTUNREACH, ENETUNREACH -> new NoRouteToHostException(message);
      default -> addressException(message, errno);
    };
  }

  private static IOException addressException(String message, int errno) {
    return switch (errno) {
      case EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM -> new BindException(message);
      default -> new SocketException(message);
    };
  }

  private static String message(String what, int errno) {
    return what + " failed: " + describe(errno);
  }
}
