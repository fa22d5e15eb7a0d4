package io.netpoll;

import java.net.SocketOption;

/**
 * The socket options of Linux that {@link java.net.StandardSocketOptions} lacks. {@link
 * Connection#setOption} and the builders of event loops and dialers take those of connected
 * sockets, {@link Listener.Builder#option} takes those of listening ones.
 *
 * <p>Backends know an option by its name, so that a constant of another place, {@code
 * jdk.net.ExtendedSocketOptions} for example, is as good as one of this class if name and type are
 * the same. What a backend lacks it refuses with an {@link UnsupportedOperationException} that
 * names the option.
 */
public final class SocketOptions {

  /**
   * After how many seconds of silence TCP keep-alive sends its first probe, 1 to 32767; it probes
   * only where {@code SO_KEEPALIVE} is on. Connected TCP sockets. All backends, nio where its JDK
   * has it. {@link Connection#setIdleTimeout} sets it together with the other two.
   */
  public static final SocketOption<Integer> TCP_KEEPIDLE = option("TCP_KEEPIDLE", Integer.class);

  /**
   * Seconds between keep-alive probes, 1 to 32767. Connected TCP sockets. All backends, nio where
   * its JDK has it.
   */
  public static final SocketOption<Integer> TCP_KEEPINTERVAL =
      option("TCP_KEEPINTERVAL", Integer.class);

  /**
   * How many keep-alive probes may stay without an answer before the connection fails, 1 to 127.
   * Connected TCP sockets. All backends, nio where its JDK has it.
   */
  public static final SocketOption<Integer> TCP_KEEPCOUNT = option("TCP_KEEPCOUNT", Integer.class);

  /**
   * How many milliseconds sent data may stay without acknowledgement before the connection fails;
   * 0, the default, leaves that to the system. Connected TCP sockets. epoll.
   */
  public static final SocketOption<Integer> TCP_USER_TIMEOUT =
      option("TCP_USER_TIMEOUT", Integer.class);

  /**
   * Whether received data is acknowledged at once. The system may change it again by itself.
   * Connected TCP sockets. epoll, and nio where its JDK has it.
   */
  public static final SocketOption<Boolean> TCP_QUICKACK = option("TCP_QUICKACK", Boolean.class);

  /**
   * How many bytes may wait in the kernel without having been sent before the socket counts as
   * full. Connected TCP sockets. epoll.
   */
  public static final SocketOption<Integer> TCP_NOTSENT_LOWAT =
      option("TCP_NOTSENT_LOWAT", Integer.class);

  /**
   * How many connections may wait that sent data with their first packet (TCP Fast Open); 0 turns
   * it off. Listening TCP sockets. epoll.
   */
  public static final SocketOption<Integer> TCP_FASTOPEN = option("TCP_FASTOPEN", Integer.class);

  /**
   * For how many seconds a connection that has not sent anything is kept from being accepted,
   * rounded up by the system; 0 turns it off. Listening TCP sockets. epoll.
   */
  public static final SocketOption<Integer> TCP_DEFER_ACCEPT =
      option("TCP_DEFER_ACCEPT", Integer.class);

  /**
   * For how many microseconds the system may poll the network card when there is nothing to read.
   * More than what the machine is set to needs a privilege. TCP sockets, connected or listening.
   * epoll.
   */
  public static final SocketOption<Integer> SO_BUSY_POLL = option("SO_BUSY_POLL", Integer.class);

  /**
   * Who is at the other end. Can only be read. Connected Unix-domain sockets. epoll; nio refuses
   * it, since the JDK does not tell a peer's process.
   */
  public static final SocketOption<PeerCredentials> SO_PEERCRED =
      option("SO_PEERCRED", PeerCredentials.class);

  private SocketOptions() {}

  private static <T> SocketOption<T> option(String name, Class<T> type) {
    return new Named<>(name, type);
  }

  /** Not a record: the code that makes a record's hashCode costs milliseconds at start. */
  private static final class Named<T> implements SocketOption<T> {
    private final String name;
    private final Class<T> type;

    Named(String name, Class<T> type) {
      this.name = name;
      this.type = type;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Class<T> type() {
      return type;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
