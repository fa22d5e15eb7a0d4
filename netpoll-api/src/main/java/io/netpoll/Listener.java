package io.netpoll;

import io.netpoll.spi.ServerProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;

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
   * @param network {@code tcp}, {@code tcp4}, {@code tcp6} or {@code unix}
   * @param address {@code host:port} ({@code [::1]:port} for IPv6, {@code :port} for every local
   *     address, port 0 for a free one), or the path of a Unix-domain socket
   * @return an open listener
   * @throws java.net.BindException if the address is in use or not local; the message names it
   * @throws IOException if binding fails otherwise
   * @throws IllegalArgumentException if the network is unknown or the address has not its form
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Listener create(String network, String address) throws IOException {
    return builder().bind(network, address);
  }

  /**
   * Binds an address, on the {@linkplain PollerGroup#shared() shared group}.
   *
   * @param address an {@link java.net.InetSocketAddress} or {@link
   *     java.net.UnixDomainSocketAddress}
   * @return an open listener
   * @throws java.net.BindException if the address is in use or not local; the message names it
   * @throws IOException if binding fails otherwise
   * @throws IllegalArgumentException if the address is of another kind or unresolved
   */
  static Listener bind(SocketAddress address) throws IOException {
    return builder().bind(address);
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
   * Stops listening and frees the address before it returns; the file of a Unix-domain socket is
   * deleted. Connections that were accepted stay open. Further calls do nothing. Called on the
   * thread of a poll loop other than the first, which must not wait, it frees the address a little
   * later.
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
  }
}
