package io.netpoll.server;

import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener is bound. Immutable.
 *
 * @param address a resolved TCP address, or one of a Unix-domain socket
 * @param only the version of IP that a wildcard address stands for; null for both
 */
record BindAddress(SocketAddress address, @Nullable ProtocolFamily only) {

  /**
   * Checks what no socket can be bound to.
   *
   * @throws IllegalArgumentException if the address is unresolved, or of another kind
   */
  BindAddress {
    boolean usable =
        address instanceof UnixDomainSocketAddress
            || (address instanceof InetSocketAddress inet && !inet.isUnresolved());
    if (!usable) {
      throw new IllegalArgumentException(
          "A listener binds a resolved TCP address or a Unix-domain socket, not "
              + Addresses.text(address)
              + ".");
    }
  }

  /**
   * Reads what a user wrote, as {@link Addresses#parse} does. Blocks while a name is looked up.
   *
   * @throws IOException if the host has no address in the network
   */
  static BindAddress parse(String network, String text) throws IOException {
    SocketAddress parsed = Addresses.parse(network, text);
    if (!(parsed instanceof InetSocketAddress inet)) {
      return new BindAddress(parsed, null);
    }
    ProtocolFamily only =
        switch (network) {
          case "tcp4" -> StandardProtocolFamily.INET;
          case "tcp6" -> StandardProtocolFamily.INET6;
          default -> null;
        };
    String host = inet.getHostString();
    if (host.isEmpty() && only == null) {
      return new BindAddress(new InetSocketAddress(inet.getPort()), null);
    }
    if (host.isEmpty()) {
      host = only == StandardProtocolFamily.INET ? "0.0.0.0" : "::";
    }
    return new BindAddress(
        new InetSocketAddress(Addresses.resolve(network, host).get(0), inet.getPort()), only);
  }

  boolean isUnix() {
    return address instanceof UnixDomainSocketAddress;
  }

  /** The same with the port that a socket bound here was given. */
  BindAddress withPortOf(ListenSocket bound) {
    return new BindAddress(bound.localAddress(), only);
  }

  ListenSocket bind(EngineGroup engine, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return only != null
            && address instanceof InetSocketAddress inet
            && inet.getAddress().isAnyLocalAddress()
        ? engine.listening().bindWildcard(only, inet.getPort(), backlog, options)
        : engine.listening().bind(address, backlog, options);
  }
}
