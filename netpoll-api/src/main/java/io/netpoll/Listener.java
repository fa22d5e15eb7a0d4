package io.netpoll;

import io.netpoll.spi.ServerProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;

/**
 * A bound socket that connections arrive on. It queues them in the kernel from the moment it is
 * made; {@link EventLoop#serve} accepts them, on the pollers of the listener's group.
 *
 * <p>Instances are thread-safe.
 */
public interface Listener extends AutoCloseable {

  /**
   * Binds an address, on the {@linkplain PollerGroup#shared() shared group}.
   *
   * <p>Every local address means, in the network {@code tcp}, those of IPv4 and of IPv6, at one
   * socket whose address is {@code ::} (or {@code 0.0.0.0} where the system has no IPv6). In {@code
   * tcp4} it means {@code 0.0.0.0}, and in {@code tcp6} {@code ::} without IPv4: clients of the
   * other version are refused, and a second listener can serve them at the same port.
   *
   * @param network {@code tcp}, {@code tcp4}, {@code tcp6} or {@code unix}
   * @param address {@code host:port} ({@code [::1]:port} for IPv6, {@code :port} for every local
   *     address, port 0 for a free one), or the path of a Unix-domain socket
   * @return an open listener
   * @throws java.net.BindException if the address is in use or not local; the message names it
   * @throws java.net.UnknownHostException if the host has no address in the network
   * @throws IOException if binding fails otherwise
   * @throws IllegalArgumentException if the network is unknown or the address has not its form
   * @throws UnsupportedOperationException for every local address of {@code tcp6}, if the backend
   *     cannot leave IPv4 out, as NIO
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Listener create(String network, String address) throws IOException {
    return builder().bind(network, address);
  }

  /**
   * Binds an address, on the {@linkplain PollerGroup#shared() shared group}.
   *
   * @param address an {@link java.net.InetSocketAddress}, whose wildcard, of either version, means
   *     what {@code tcp} does in {@link #create}, or {@link java.net.UnixDomainSocketAddress}
   * @return an open listener
   * @throws java.net.BindException if the address is in use or not local; the message names it
   * @throws IOException if binding fails otherwise
   * @throws IllegalArgumentException if the address is of another kind or unresolved
   */
  static Listener bind(SocketAddress address) throws IOException {
    return builder().bind(address);
  }

  /**
   * Adopts a socket that somebody else has bound, on the {@linkplain PollerGroup#shared() shared
   * group}. See {@link Builder#adopt(ServerSocketChannel)}.
   *
   * @param channel bound, in non-blocking mode, registered with no selector
   * @return an open listener, which owns the channel
   * @throws IOException if the system refuses
   * @throws IllegalArgumentException if the channel is in another state; it stays as it is
   * @throws UnsupportedOperationException if no backend on the path takes channels
   */
  static Listener adopt(ServerSocketChannel channel) throws IOException {
    return builder().adopt(channel);
  }

  /**
   * Adopts the descriptor of a socket that somebody else has opened, on the {@linkplain
   * PollerGroup#shared() shared group}. See {@link Builder#adopt(int)}.
   *
   * @param descriptor of a listening TCP or Unix stream socket
   * @return an open listener, which owns the descriptor
   * @throws IOException if the system refuses
   * @throws IllegalArgumentException if it is no descriptor of such a socket; it stays as it is
   * @throws UnsupportedOperationException if the group's backend is not a native one
   */
  static Listener adopt(int descriptor) throws IOException {
    return builder().adopt(descriptor);
  }

  /**
   * Adopts the listening sockets that this process was started with, on the {@linkplain
   * PollerGroup#shared() shared group}. See {@link Builder#inherited()}.
   *
   * @return open listeners, in the order of their descriptors; none if none was handed over
   * @throws IOException if the system refuses
   * @throws IllegalArgumentException if a descriptor is none of a listening socket
   * @throws IllegalStateException if the variables are not meant for this process, or make no sense
   * @throws UnsupportedOperationException if there are descriptors, and the group's backend is not
   *     a native one
   */
  static List<Listener> inherited() throws IOException {
    return builder().inherited();
  }

  /**
   * Starts to describe a listener.
   *
   * @return a builder
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder() {
    return Services.require(ServerProvider.class, "netpoll-server").listener();
  }

  /**
   * The bound address, with the port that was chosen for port 0.
   *
   * @return the address; stays available after close
   */
  SocketAddress localAddress();

  /**
   * The group that accepts and watches the connections.
   *
   * @return the group
   */
  PollerGroup group();

  /**
   * Whether {@link #close()} has not been called.
   *
   * @return whether the listener is open
   */
  boolean isOpen();

  /**
   * Accepts the connections that wait in the kernel, then closes as by {@link #close()}, which
   * would reset them. For a process that leaves its address to a successor which listens there with
   * {@code SO_REUSEPORT} already; where the successor shares this very socket, by inheritance,
   * nothing is lost by {@code close()}.
   *
   * <p>On the epoll backend a TCP socket that this process has bound first makes the kernel drop
   * requests for new connections: their clients ask again, a second later as a rule, and find the
   * successor. Handshakes that are under way have 250 ms to end. So no connection is lost whose
   * handshake ends within that time. On the NIO backend, where requests keep coming, a connection
   * that is established in the instant of the close is reset, unless the kernel is told to move it
   * to the successor ({@code net.ipv4.tcp_migrate_req=1}, Linux 5.14 or newer).
   *
   * <p>Blocks. If the thread is interrupted, it closes at once, and the interrupt flag stays set.
   *
   * @param limit how long all this may take, whatever handlers do; for the close, which comes last,
   *     a tenth of a second more. It takes longer than 250 ms where connections wait for room, by
   *     {@link EventLoop.Builder#maxConnections}
   * @return whether all that waited was accepted; true for a listener that is not served, or closed
   * @throws IllegalArgumentException if {@code limit} is negative
   * @throws InlineWaitException on a poll loop's own thread in inline execution
   */
  boolean drain(Duration limit);

  /**
   * Stops listening and frees the address before it returns; the file of a Unix-domain socket is
   * deleted, unless the socket was adopted. Connections that wait to be accepted are reset, unless
   * another process shares the socket. Connections that were accepted stay open. Further calls wait
   * in the same way.
   *
   * <p>The socket is closed by the poll loop that accepts there. It is not waited for by a handler
   * in inline execution, nor by others for more than a second, since such a handler may hold it;
   * then it closes the socket when it goes on. On the epoll backend, if the socket was not adopted,
   * clients are refused at once all the same, and the address is free for sockets with {@code
   * SO_REUSEADDR}, as those of this library. Otherwise, as on NIO, the kernel goes on queueing
   * connections, and the address stays in use until then.
   */
  @Override
  void close();

  /** Describes a {@link Listener}. Not thread-safe. */
  interface Builder {

    /**
     * Sets the group. The {@linkplain PollerGroup#shared() shared group} by default.
     *
     * @param group an open group
     * @return this builder
     */
    Builder group(PollerGroup group);

    /**
     * Sets how many connections may wait in the kernel to be accepted. 4096 by default; the system
     * may lower it.
     *
     * @param connections at least 1
     * @return this builder
     */
    Builder backlog(int connections);

    /**
     * Sets an option of the listening socket itself, before it is bound: {@link
     * SocketOptions#TCP_FASTOPEN} for example, {@link SocketOptions#TCP_DEFER_ACCEPT}, {@code
     * SO_RCVBUF} where the window is to be larger than 64 KiB, or {@code SO_REUSEPORT} where
     * several processes share a port. Options of the connections are given to {@link
     * EventLoop.Builder}. Binding fails with an {@link UnsupportedOperationException} that names
     * the option if the backend's listening sockets lack it.
     *
     * @param <T> type of its value
     * @param option the option
     * @param value its value
     * @return this builder
     */
    <T> Builder option(SocketOption<T> option, T value);

    /**
     * Sets whether each loop of the group accepts on a listening socket of its own, all of them
     * bound to the one address with {@code SO_REUSEPORT}. The kernel spreads connections over the
     * sockets by a hash of their addresses, and each stays on the loop that accepted it, whatever
     * the group's {@link LoadBalance} says. Worth it where connections come and go fast; off by
     * default. TCP only.
     *
     * <p>There are as many sockets as the group has loops when the address is bound. A loop that
     * {@link PollerGroup#setLoops} adds later gets no connections of this listener; one that it
     * removes lives on until the listener is closed, but only to accept for the loops that are
     * left. As with {@code SO_REUSEPORT} itself, other processes of the same user can bind the
     * address too, and get their share.
     *
     * @param reusePort true for a socket a loop
     * @return this builder
     */
    Builder reusePort(boolean reusePort);

    /**
     * Binds an address.
     *
     * @param network as in {@link Listener#create}
     * @param address as in {@link Listener#create}
     * @return an open listener
     * @throws IOException as {@link Listener#create} does
     * @throws UnsupportedOperationException if the backend has no such sockets, or they lack an
     *     option
     */
    Listener bind(String network, String address) throws IOException;

    /**
     * Binds an address.
     *
     * @param address as in {@link Listener#bind}
     * @return an open listener
     * @throws IOException as {@link Listener#bind} does
     * @throws UnsupportedOperationException if the backend has no such sockets, or they lack an
     *     option
     */
    Listener bind(SocketAddress address) throws IOException;

    /**
     * Adopts a socket that somebody else has bound. It is served by the loops of the group if its
     * backend is NIO, else by a loop on NIO that the group opens beside its own when it is first
     * needed; that needs netpoll-poller-nio on the path. The backlog is that of the channel.
     * Closing the listener closes the channel, and leaves the file of a Unix-domain socket.
     *
     * @param channel bound, in non-blocking mode, registered with no selector
     * @return an open listener, which owns the channel
     * @throws IOException if the system refuses
     * @throws IllegalArgumentException if the channel is in another state; it stays as it is
     * @throws IllegalStateException if this builder was given options or reusePort
     * @throws UnsupportedOperationException if no backend on the path takes channels
     */
    Listener adopt(ServerSocketChannel channel) throws IOException;

    /**
     * Adopts the descriptor of a socket that somebody else has opened. The group's backend must be
     * a native one, such as epoll. The descriptor is made non-blocking, as all that share the
     * socket see, and close-on-exec. The backlog is that of the socket; of the {@link EventLoop}'s
     * options, those that accepted sockets inherit are set on it. Closing the listener closes the
     * descriptor, and leaves the file of a Unix-domain socket; where other processes share the
     * socket, it goes on queueing connections for them.
     *
     * @param descriptor of a listening TCP or Unix stream socket that nothing else in this process
     *     uses
     * @return an open listener, which owns the descriptor
     * @throws IOException if the system refuses
     * @throws IllegalArgumentException if it is no descriptor of such a socket; it stays as it is
     * @throws IllegalStateException if this builder was given options or reusePort
     * @throws UnsupportedOperationException if the group's backend is not a native one
     */
    Listener adopt(int descriptor) throws IOException;

    /**
     * Adopts, as {@link #adopt(int)} does, the listening sockets that this process was started with
     * by the protocol of systemd's socket activation: {@code LISTEN_FDS} descriptors from 3 on, for
     * the process {@code LISTEN_PID}. Each is given out once in the life of the process.
     *
     * @return open listeners, in the order of their descriptors; none if {@code LISTEN_FDS} is not
     *     set
     * @throws IOException if the system refuses
     * @throws IllegalArgumentException if a descriptor is none of a listening socket
     * @throws IllegalStateException if the variables are not meant for this process, or make no
     *     sense, or this builder was given options or reusePort
     * @throws UnsupportedOperationException if there are descriptors, and the group's backend is
     *     not a native one
     */
    List<Listener> inherited() throws IOException;

    /**
     * As {@link #inherited()}, but only those of a name, as {@code LISTEN_FDNAMES} tells ({@code
     * FileDescriptorName=} of a systemd socket unit).
     *
     * @param name the name; sockets that have none are called {@code unknown}
     * @return open listeners, in the order of their descriptors; none if there is none of the name
     * @throws IOException as {@link #inherited()} does
     */
    List<Listener> inherited(String name) throws IOException;

    /**
     * Adopts the listening socket that is the standard input of this process, as inetd ({@code
     * wait}) and systemd ({@code StandardInput=socket}) hand it over, by means of {@link
     * System#inheritedChannel()}: for the NIO backend, which knows no descriptors. Standard input,
     * output and error lead nowhere afterwards.
     *
     * @return an open listener
     * @throws IOException if the system refuses
     * @throws IllegalStateException if the standard input is no listening socket, or this builder
     *     was given options or reusePort
     * @throws IllegalArgumentException if it was adopted before
     * @throws UnsupportedOperationException if no backend on the path takes channels
     */
    Listener standardInput() throws IOException;
  }
}
