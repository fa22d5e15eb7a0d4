package io.netpoll.spi;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A backend: found with ServiceLoader, asked whether it can run here, and then for pollers.
 *
 * <p>Instances are thread-safe.
 */
public interface PollerProvider {

  /**
   * The name that users select it by.
   *
   * @return a short word in lower case, for example {@code nio}
   */
  String name();

  /**
   * Who goes first where the user names none: the available provider of highest priority.
   *
   * @return 0 for NIO; more for a backend that is to be preferred
   */
  int priority();

  /**
   * Whether this backend can run here. Must be cheap when repeated, must not throw, and must load
   * native code only as far as the answer needs.
   *
   * @return yes, or no with the reason
   */
  Availability availability();

  /**
   * Whether one permanent thread must poll and submit. Then poll leadership never moves, and in
   * adaptive execution handlers start on threads of their own.
   *
   * @return true for a backend whose requests die with the thread that submitted them
   */
  boolean threadAffine();

  /**
   * The options that sockets of this backend have. Any thread. Options are known by name and type:
   * a constant that is not in the set, but has the name and type of one that is, means the same.
   *
   * @param unixDomain whether Unix-domain sockets are asked about, else TCP sockets
   * @return the options of connected sockets; empty if the backend has no sockets of this kind
   */
  Set<SocketOption<?>> supportedOptions(boolean unixDomain);

  /**
   * Opens a poller. Called only if available.
   *
   * @param pages where pages come from that the poller fills on its own account
   * @return a new poller without a leader
   * @throws IOException if the system refuses it, for want of descriptors for example
   */
  Poller open(PageSource pages) throws IOException;

  /**
   * Binds a listening socket, with {@code SO_REUSEADDR} for TCP. Any thread.
   *
   * @param address a resolved {@link java.net.InetSocketAddress} or a {@link
   *     java.net.UnixDomainSocketAddress}; the wildcard address, of either version of IP, serves
   *     both where the system has both
   * @param backlog how many connections may wait to be accepted
   * @param options of the listening socket itself, set before it is bound
   * @return a socket that queues connections and that no poller watches yet
   * @throws java.net.BindException if the address is in use or not local
   * @throws UnsupportedOperationException if the backend has no sockets of this kind, or such
   *     listening sockets lack an option; the message names option and backend
   * @throws IOException if binding fails otherwise
   */
  ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException;

  /**
   * Binds a listening socket without options of its own.
   *
   * @param address as in the other method
   * @param backlog as in the other method
   * @return a socket that queues connections and that no poller watches yet
   * @throws IOException as the other method does
   */
  default ListenSocket bind(SocketAddress address, int backlog) throws IOException {
    return bind(address, backlog, Map.of());
  }

  /**
   * Binds a TCP listening socket of one version of IP to the wildcard address, {@code 0.0.0.0} or
   * {@code ::}. Clients of the other version are refused, and a socket of the other version can
   * have the same port. Any thread.
   *
   * @param version {@link java.net.StandardProtocolFamily#INET} or {@link
   *     java.net.StandardProtocolFamily#INET6}
   * @param port 0 for a free one
   * @param backlog as in {@link #bind}
   * @param options as in {@link #bind}
   * @return a socket that queues connections and that no poller watches yet
   * @throws java.net.BindException if the port is in use
   * @throws UnsupportedOperationException as {@link #bind} does, or if the backend cannot keep the
   *     other version out; the message says what to do instead
   * @throws IOException as {@link #bind} does
   */
  default ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    throw cannotLeaveOut(version, port);
  }

  private UnsupportedOperationException cannotLeaveOut(ProtocolFamily version, int port) {
    boolean six = version == StandardProtocolFamily.INET6;
    return new UnsupportedOperationException(
        "The "
            + name()
            + " backend cannot listen on port "
            + port
            + " of every IPv"
            + (six ? "6" : "4")
            + " address without those of IPv"
            + (six ? "4" : "6")
            + ": name one address, take the network tcp for both, or a backend that can, such as"
            + " epoll.");
  }

  /**
   * Whether sockets can be adopted as channels of the JDK, and are given back as such.
   *
   * @return true for a backend on {@code java.nio.channels}; then the methods with channels work
   */
  default boolean adoptsChannels() {
    return false;
  }

  /**
   * Whether sockets can be adopted as descriptors, and are given back as such.
   *
   * @return true for a native backend; then the methods with descriptors work
   */
  default boolean adoptsDescriptors() {
    return false;
  }

  /**
   * Makes a listening socket of one that somebody else has bound. Any thread. Closing it leaves the
   * file of a Unix-domain socket alone.
   *
   * @param channel bound, non-blocking, registered with no selector; belongs to the result, and
   *     stays the caller's, unchanged, if this throws
   * @return a socket that no poller watches yet
   * @throws IllegalArgumentException if the channel is in another state; the message says which
   * @throws UnsupportedOperationException if the backend does not adopt channels
   * @throws IOException if the system refuses
   */
  default ListenSocket adoptListener(ServerSocketChannel channel) throws IOException {
    throw adoptsNo("channels");
  }

  /**
   * Makes a listening socket of one that somebody else has bound. Any thread. Closing it leaves the
   * file of a Unix-domain socket alone. The descriptor is made non-blocking, and not to be
   * inherited by processes that this one starts.
   *
   * @param descriptor of a listening stream socket; belongs to the result, and stays the caller's,
   *     unchanged, if this throws
   * @return a socket that no poller watches yet
   * @throws IllegalArgumentException if it is no descriptor of such a socket; the message says why
   * @throws UnsupportedOperationException if the backend does not adopt descriptors
   * @throws IOException if the system refuses
   */
  default ListenSocket adoptListener(int descriptor) throws IOException {
    throw adoptsNo("descriptors");
  }

  /**
   * Makes a connected socket of one that somebody else has connected. Any thread.
   *
   * @param channel connected, non-blocking, registered with no selector; belongs to the result, and
   *     stays the caller's, unchanged, if this throws
   * @return a socket that no poller watches
   * @throws IllegalArgumentException if the channel is in another state; the message says which
   * @throws UnsupportedOperationException if the backend does not adopt channels
   * @throws IOException if the system refuses
   */
  default StreamSocket adoptStream(SocketChannel channel) throws IOException {
    throw adoptsNo("channels");
  }

  /**
   * Makes a connected socket of one that somebody else has connected. Any thread. The descriptor is
   * made non-blocking, and not to be inherited by processes that this one starts.
   *
   * @param descriptor of a connected stream socket; belongs to the result, and stays the caller's,
   *     unchanged, if this throws
   * @return a socket that no poller watches
   * @throws IllegalArgumentException if it is no descriptor of such a socket; the message says why
   * @throws UnsupportedOperationException if the backend does not adopt descriptors
   * @throws IOException if the system refuses
   */
  default StreamSocket adoptStream(int descriptor) throws IOException {
    throw adoptsNo("descriptors");
  }

  private UnsupportedOperationException adoptsNo(String what) {
    return new UnsupportedOperationException(
        "The " + name() + " backend does not adopt " + what + " of sockets.");
  }

  /**
   * Opens a file for sending. Any thread; blocks for the file system. What the connections of this
   * backend get through {@link Spans#file()} was opened here.
   *
   * @param file a regular file of the default file system
   * @return the open file
   * @throws java.nio.file.FileSystemException if it does not exist or must not be read
   * @throws IOException if opening fails otherwise
   */
  default SourceFile openFile(Path file) throws IOException {
    return ChannelFile.open(file);
  }

  /**
   * Whether a thread can wait in the system for the input of one socket, while a poller watches it
   * for its end only.
   *
   * @return true if {@link #openInputWait}, {@link Handle#watchEnd} and {@link Handle#awaitInput}
   *     work
   */
  default boolean awaitsInput() {
    return false;
  }

  /**
   * Makes what a thread waits with. Any thread.
   *
   * @return a new one, for sockets of this backend
   * @throws UnsupportedOperationException if the backend does not await input
   * @throws IOException if the system refuses it, for want of descriptors for example
   */
  default InputWait openInputWait() throws IOException {
    throw new UnsupportedOperationException("The " + name() + " backend does not await input.");
  }

  /**
   * An answer to {@link #availability()}.
   *
   * @param available whether the backend can run
   * @param reason why not, as a sentence; empty if it can
   */
  record Availability(boolean available, String reason) {
    private static final Availability YES = new Availability(true, "");

    /**
     * The backend can run.
     *
     * @return yes
     */
    public static Availability yes() {
      return YES;
    }

    /**
     * The backend cannot run.
     *
     * @param reason why, as a sentence
     * @return no
     */
    public static Availability no(String reason) {
      return new Availability(false, reason);
    }
  }
}
