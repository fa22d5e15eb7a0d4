package io.netpoll.internal;

import io.netpoll.spi.SystemRefusal;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Addresses as text: how users write them and how they read in messages.
 *
 * <p>Networks are {@code tcp}, {@code tcp4}, {@code tcp6} and {@code unix}.
 */
public final class Addresses {

  private static final Set<String> NETWORKS = Set.of("tcp", "tcp4", "tcp6", "unix");

  private Addresses() {}

  /**
   * Reads an address that a user wrote.
   *
   * @param network one of the networks above
   * @param address {@code host:port}, {@code [v6]:port}, {@code :port}, or a path for unix
   * @return an unresolved {@link InetSocketAddress} (with an empty host where none was given) or a
   *     {@link UnixDomainSocketAddress}
   * @throws IllegalArgumentException if the network is unknown or the address has not its form
   */
  public static SocketAddress parse(String network, String address) {
    if (!NETWORKS.contains(network)) {
      throw new IllegalArgumentException(
          "The network must be tcp, tcp4, tcp6 or unix, not " + network + ".");
    }
    if (network.equals("unix")) {
      return parseUnix(address);
    }
    int colon = address.lastIndexOf(':');
    boolean bracketed = address.startsWith("[");
    if (colon < 0
        || (bracketed && (colon == 0 || address.charAt(colon - 1) != ']'))
        || (!bracketed && address.indexOf(':') != colon)) {
      throw new IllegalArgumentException(
          "A TCP address has the form host:port or [v6]:port, not " + address + ".");
    }
    String host = bracketed ? address.substring(1, colon - 1) : address.substring(0, colon);
    return InetSocketAddress.createUnresolved(host, port(address.substring(colon + 1), address));
  }

  private static int port(String text, String address) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 0xffff) {
        return port;
      }
    } catch (NumberFormatException e) {
      // falls through to the sentence below, which shows the text
    }
    throw new IllegalArgumentException(
        "A port is a number from 0 to 65535, not the one in " + address + ".");
  }

  private static SocketAddress parseUnix(String path) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("The path of a Unix-domain socket must not be empty.");
    }
    try {
      return UnixDomainSocketAddress.of(path);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("This is no path for a Unix-domain socket: " + path, e);
    }
  }

  /**
   * Finds the addresses of a host. Blocks while names are looked up, unless it is a literal.
   *
   * @param network tcp, tcp4 or tcp6
   * @param host a name or a literal address
   * @return at least one address
   * @throws UnknownHostException if there is none in this network
   */
  public static List<InetAddress> resolve(String network, String host) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(host)) {
      boolean six = address instanceof Inet6Address;
      if (network.equals("tcp") || network.equals(six ? "tcp6" : "tcp4")) {
        found.add(address);
      }
    }
    if (found.isEmpty()) {
      throw new UnknownHostException(
          "The host "
              + host
              + " has no address in the network "
              + network
              + ": take the network tcp, or another host.");
    }
    return found;
  }

  /**
   * Whether {@link #resolve} needs no look-up.
   *
   * @param host a name or a literal address
   * @return true for a literal, or for no host at all
   */
  public static boolean isLiteral(String host) {
    return host.isEmpty() || host.indexOf(':') >= 0 || isIpv4(host);
  }

  /**
   * Whether it is four numbers of one to three digits. Without a pattern, which is slow to load.
   */
  private static boolean isIpv4(String host) {
    int digits = 0;
    int dots = 0;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '.' && digits > 0) {
        dots++;
        digits = 0;
      } else if (c < '0' || c > '9' || ++digits > 3) {
        return false;
      }
    }
    return dots == 3 && digits > 0;
  }

  /**
   * Checks that an address can be bound, or connected to.
   *
   * @param address any address
   * @param what is to be done with it, for the message: "binding" or "connecting to"
   * @throws SocketException if it is one of the link-local addresses of IPv6, which each network
   *     interface has on its own, and says not of which interface
   */
  public static void checkScope(SocketAddress address, String what) throws SocketException {
    if (address instanceof InetSocketAddress inet
        && inet.getAddress() instanceof Inet6Address six
        && six.isLinkLocalAddress()
        && six.getScopeId() == 0) {
      throw new SocketException(
          what
              + " "
              + text(address)
              + " failed: a link-local address needs its network interface, as in fe80::1%eth0");
    }
  }

  /**
   * Writes an address for a message.
   *
   * @param address any address
   * @return {@code 127.0.0.1:80}, {@code [::1]:80}, {@code host:80} while unresolved, {@code
   *     unix:/path}, or {@code unix:} for an unnamed peer
   */
  public static String text(SocketAddress address) {
    return SystemRefusal.text(address);
  }
}
