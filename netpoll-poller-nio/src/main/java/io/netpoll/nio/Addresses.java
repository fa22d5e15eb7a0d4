package io.netpoll.nio;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/** Tells the two kinds of socket apart by their addresses. */
final class Addresses {
  private Addresses() {}

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress;
  }

  /**
   * The family to open a socket for an address with.
   *
   * @return null for TCP: then the JDK chooses, as a rule IPv6 that serves IPv4 too
   * @throws UnsupportedOperationException if it is neither TCP nor Unix
   */
  static @Nullable ProtocolFamily family(SocketAddress address) {
    if (isUnix(address)) {
      return StandardProtocolFamily.UNIX;
    }
    if (address instanceof InetSocketAddress) {
      return null;
    }
    throw new UnsupportedOperationException(
        "The nio backend has no sockets for addresses like " + address + ".");
  }

  /**
   * Checks that a channel can be bound to one address and connect to another: the JDK's speak both
   * versions of IP, so it would be refused later, in words that do not tell why.
   *
   * @throws SocketException if they are of different versions of IP, and {@code local} no wildcard
   */
  static void checkLocal(SocketAddress local, SocketAddress remote) throws SocketException {
    if (local instanceof InetSocketAddress from
        && remote instanceof InetSocketAddress to
        && !from.isUnresolved()
        && !from.getAddress().isAnyLocalAddress()
        && isIpv6(from) != isIpv6(to)) {
      throw new SocketException(
          "A socket that is bound to "
              + local
              + " cannot connect to "
              + remote
              + ": give a local address of the same kind, or none.");
    }
  }

  private static boolean isIpv6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }

  /**
   * Checks that a Unix address is a path: the JDK has no abstract names, which start with {@code @}
   * where users write them, and would make a file of that name.
   *
   * @throws UnsupportedOperationException if it is an abstract name
   */
  static void checkNotAbstract(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix
        && unix.getPath().toString().startsWith("@")) {
      throw new UnsupportedOperationException(
          "The nio backend has no abstract Unix-domain sockets like "
              + unix.getPath()
              + ": use the epoll backend, or write ./"
              + unix.getPath()
              + " for a file of that name.");
    }
  }

  /** What a socket that has no address yet tells: the unspecified address of its kind. */
  static SocketAddress unspecified(boolean unix) {
    return unix ? UnixDomainSocketAddress.of("") : new InetSocketAddress(0);
  }
}
