package io.netpoll.spi;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a backend words what the system refuses: the operation, the address, the reason, and what can
 * be done where that is known. The same words for all backends.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class SystemRefusal {
  private static final String PORTS =
      ": close connections that are not needed, wait until those in TIME_WAIT are over, or widen"
          + " the range of such ports (net.ipv4.ip_local_port_range on Linux)";

  private SystemRefusal() {}

  /**
   * Writes an address for a message.
   *
   * @param address any address
   * @return {@code 127.0.0.1:80}, {@code [::1]:80}, {@code host:80} while unresolved, {@code
   *     unix:/path}, or {@code unix:} for an unnamed peer
   */
  public static String text(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      return "unix:" + unix.getPath();
    }
    if (address instanceof InetSocketAddress inet) {
      String host = inet.isUnresolved() ? inet.getHostString() : inet.getAddress().getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
    return String.valueOf(address);
  }

  /**
   * An address could not be bound.
   *
   * @param address what was to be bound
   * @param reason what the system said
   * @param inUse whether that was that the address is in use already
   * @return the message
   */
  public static String binding(SocketAddress address, String reason, boolean inUse) {
    String message = "binding " + text(address) + " failed: " + reason;
    return inUse && isForAnyPort(address)
        ? message + ", since all ephemeral ports of that address are taken" + PORTS
        : message;
  }

  /**
   * A connection could not be made.
   *
   * @param remote whom to
   * @param local what was bound before, or null
   * @param reason what the system said
   * @param noAddress whether that was that it has no own address, or port, to connect from
   * @return the message
   */
  public static String connecting(
      SocketAddress remote, @Nullable SocketAddress local, String reason, boolean noAddress) {
    String message = "connecting to " + text(remote) + " failed: " + reason;
    return noAddress && (local == null || isForAnyPort(local))
        ? message
            + ", since no ephemeral port is free for connections to that address, or none of this"
            + " machine's addresses reaches it"
            + PORTS
        : message;
  }

  /**
   * A connection could not be made because the server's queue of connections is full.
   *
   * @param remote whom to
   * @param reason what the system said
   * @return the exception, without a cause
   */
  public static BacklogFullException backlogFull(SocketAddress remote, String reason) {
    return new BacklogFullException(
        connecting(remote, null, reason, false)
            + ": its queue of connections to be accepted is full");
  }

  /**
   * Words an operation: a socket is opened.
   *
   * @param address what it is for
   * @return words that "failed" can follow
   */
  public static String opening(SocketAddress address) {
    return "opening a socket for " + text(address);
  }

  /**
   * Words an operation: an option is set.
   *
   * @param option its name
   * @param value the value
   * @param address of the socket: the peer's, or where it listens
   * @return words that "failed" can follow
   */
  public static String setting(String option, Object value, SocketAddress address) {
    return "setting " + option + " to " + value + " on the socket of " + text(address);
  }

  /**
   * Words an operation: an option is read.
   *
   * @param option its name
   * @param address of the socket, as for {@link #setting}
   * @return words that "failed" can follow
   */
  public static String reading(String option, SocketAddress address) {
    return "reading " + option + " of the socket of " + text(address);
  }

  private static boolean isForAnyPort(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getPort() == 0;
  }
}
