package io.netpoll.client;

import io.netpoll.internal.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom to dial. Immutable.
 *
 * @param network tcp, tcp4, tcp6 or unix
 * @param local the address to bind first, or null
 * @param remote the server; its host may have to be looked up
 */
record Target(String network, @Nullable SocketAddress local, SocketAddress remote) {

  /**
   * Checks what can be checked without a look-up.
   *
   * @throws IllegalArgumentException if it cannot be dialled, whatever the host's addresses
   */
  Target {
    if (remote instanceof InetSocketAddress inet && inet.getPort() == 0) {
      throw new IllegalArgumentException("Port 0 cannot be dialled: name the server's port.");
    }
    if (local instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException(
          "The local address " + Addresses.text(inet) + " is not resolved: give an IP address.");
    }
    if (remote instanceof InetSocketAddress inet
        && !inet.isUnresolved()
        && !isReachable(local, inet.getAddress())) {
      throw new IllegalArgumentException(
          Addresses.text(remote)
              + " cannot be dialled from the local address "
              + Addresses.text(local)
              + ", which is of the other version of IP: give one of the same, or none.");
    }
  }

  /** Reads what a user wrote, as {@link Addresses#parse} does. */
  static Target parse(String network, String address) {
    return new Target(network, null, Addresses.parse(network, address));
  }

  /** The server, for messages. */
  String name() {
    return Addresses.text(remote);
  }

  /** The host that must be looked up; null if {@link #addresses()} knows without. */
  @Nullable String hostToLookUp() {
    if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
      String host = inet.getHostString();
      return Addresses.isLiteral(host) ? null : host;
    }
    return null;
  }

  /** The addresses to try, where no name must be looked up. */
  List<SocketAddress> addresses() throws UnknownHostException {
    if (!(remote instanceof InetSocketAddress inet)) {
      return List.of(remote);
    }
    if (!inet.isUnresolved()) {
      return List.of(inet);
    }
    String host = inet.getHostString();
    return addresses(
        host.isEmpty()
            ? List.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1"))
            : List.of(InetAddress.getAllByName(host)));
  }

  /**
   * The addresses to try, in order.
   *
   * @param found those of the host
   * @throws UnknownHostException if none of them can be dialled; the message says why
   */
  List<SocketAddress> addresses(List<InetAddress> found) throws UnknownHostException {
    List<InetAddress> ofNetwork = AddressOrder.of(network, found);
    if (ofNetwork.isEmpty()) {
      throw new UnknownHostException("no address of the host is one of the network " + network);
    }
    List<SocketAddress> reachable = new ArrayList<>();
    for (InetAddress address : ofNetwork) {
      if (isReachable(local, address)) {
        reachable.add(new InetSocketAddress(address, ((InetSocketAddress) remote).getPort()));
      }
    }
    if (reachable.isEmpty()) {
      throw new UnknownHostException(
          "the host has no address of the family of the local address " + local);
    }
    return reachable;
  }

  private static boolean isReachable(@Nullable SocketAddress local, InetAddress address) {
    return !(local instanceof InetSocketAddress inet)
        || inet.getAddress().isAnyLocalAddress()
        || AddressOrder.isIpv6(inet.getAddress()) == AddressOrder.isIpv6(address);
  }
}
