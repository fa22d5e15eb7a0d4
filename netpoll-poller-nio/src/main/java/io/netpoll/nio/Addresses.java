package io.netpoll.nio;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
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

  /** What a socket that has no address yet tells: the unspecified address of its kind. */
  static SocketAddress unspecified(boolean unix) {
    return unix ? UnixDomainSocketAddress.of("") : new InetSocketAddress(0);
  }
}
