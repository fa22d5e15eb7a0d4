package io.netpoll.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The order in which the addresses of a host are tried, after section 4 of RFC 8305: the resolver's
 * order, but IPv6 and IPv4 in turn, beginning with the family of the first one.
 */
final class AddressOrder {
  private AddressOrder() {}

  /**
   * Those of a network, in order.
   *
   * @param network tcp for both families, tcp4 or tcp6 for one
   * @param found in the resolver's order
   * @return without duplicates; empty if none is of the network
   */
  static List<InetAddress> of(String network, Collection<InetAddress> found) {
    Deque<InetAddress> firstFamily = new ArrayDeque<>();
    Deque<InetAddress> otherFamily = new ArrayDeque<>();
    for (InetAddress address : new LinkedHashSet<>(found)) {
      if (isOf(network, address)) {
        boolean asFirst =
            firstFamily.isEmpty() || isIpv6(firstFamily.getFirst()) == isIpv6(address);
        (asFirst ? firstFamily : otherFamily).add(address);
      }
    }
    return inTurn(firstFamily, otherFamily);
  }

  private static List<InetAddress> inTurn(Deque<InetAddress> first, Deque<InetAddress> other) {
    List<InetAddress> order = new ArrayList<>(first.size() + other.size());
    while (!first.isEmpty() || !other.isEmpty()) {
      if (!first.isEmpty()) {
        order.add(first.remove());
      }
      if (!other.isEmpty()) {
        order.add(other.remove());
      }
    }
    return order;
  }

  private static boolean isOf(String network, InetAddress address) {
    return network.equals("tcp") || network.equals(isIpv6(address) ? "tcp6" : "tcp4");
  }

  static boolean isIpv6(InetAddress address) {
    return address instanceof Inet6Address;
  }
}
