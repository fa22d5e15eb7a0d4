package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How servers listen by a group: binds or adopts listening sockets, accepts connections from them,
 * and closes the listeners with the group. Any thread.
 */
public final class GroupListening {
  private final EngineGroup group;
  private final PollerProvider provider;
  private final ChannelLoop channels;

  /** What closes the listeners that are open in this group. */
  private final Set<Runnable> closers = ConcurrentHashMap.newKeySet();

  /** Set before {@link #closers} are run: one that is added later sees it. */
  private volatile boolean closing;

  GroupListening(EngineGroup group, ChannelLoop channels) {
    this.group = group;
    this.provider = group.provider();
    this.channels = channels;
  }

  /**
   * Binds a listening socket of this group's backend.
   *
   * @param address a resolved address
   * @param backlog how many connections may wait
   * @param options of the socket itself
   * @return the socket
   * @throws IOException if it cannot be bound
   */
  public ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    Addresses.checkScope(address, "binding");
    group.firstLoop();
    return provider.bind(address, backlog, options);
  }

  /**
   * Binds a listening socket of this group's backend to the wildcard address of one version of IP.
   *
   * @param version INET or INET6
   * @param port 0 for a free one
   * @param backlog how many connections may wait
   * @param options of the socket itself
   * @return the socket
   * @throws UnsupportedOperationException if the backend cannot leave the other version out
   * @throws IOException if it cannot be bound
   */
  public ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    group.firstLoop();
    return provider.bindWildcard(version, port, backlog, options);
  }

  /**
   * Makes what accepts connections from a listening socket, for all loops.
   *
   * @param socket a bound socket of this group; belongs to the accept loop from now on
   * @param settings of the connections
   * @return the accept loop, to be {@linkplain AcceptLoop#start started}
   * @throws IOException if the group is closed
   */
  public AcceptLoop accept(ListenSocket socket, ConnectionSettings settings) throws IOException {
    return new AcceptLoop(group, group.firstLoop(), false, settings, socket);
  }

  /**
   * Makes what accepts connections from one of several listening sockets, for one loop alone.
   *
   * @param number which socket; the loop is that of the same number, counted round
   * @param socket a bound socket of this group; belongs to the accept loop from now on
   * @param settings of the connections
   * @return the accept loop, to be {@linkplain AcceptLoop#start started}
   * @throws IOException if the group is closed
   */
  public AcceptLoop acceptOnOneLoop(int number, ListenSocket socket, ConnectionSettings settings)
      throws IOException {
    List<ConnectionLoop> all = group.members().usable();
    ConnectionLoop loop = all.get(number % all.size());
    return new AcceptLoop(group, loop, true, settings, socket);
  }

  /**
   * Whether this group can adopt descriptors.
   *
   * @return true on a native backend
   */
  public boolean adoptsDescriptors() {
    return provider.adoptsDescriptors();
  }

  /**
   * Makes a listening socket of a channel that the user has bound, or of a descriptor.
   *
   * @param origin the channel or descriptor; stays the user's, unchanged, if this throws
   * @return the socket, for {@link #acceptAdopted}
   * @throws IllegalArgumentException if it is in no state to be adopted
   * @throws UnsupportedOperationException if no backend on the path takes it
   * @throws IOException if the system refuses
   */
  public ListenSocket adopt(AdoptionSource.Listening origin) throws IOException {
    group.firstLoop();
    return origin.adoptBy(channels.backendFor(origin));
  }

  /**
   * Makes what accepts connections from an adopted socket.
   *
   * @param origin what the socket was made of
   * @param socket what {@link #adopt} gave; belongs to the accept loop from now on
   * @param settings of the connections
   * @return the accept loop, to be {@linkplain AcceptLoop#start started}
   * @throws IOException if the group is closed, or no loop can be opened for it
   */
  public AcceptLoop acceptAdopted(
      AdoptionSource.Listening origin, ListenSocket socket, ConnectionSettings settings)
      throws IOException {
    if (channels.backendFor(origin) == provider) {
      return accept(socket, settings);
    }
    return new AcceptLoop(group, channels.open(), true, settings, socket);
  }

  /**
   * Has a listener closed with this group.
   *
   * @param closer closes it, or does nothing if it is closed; never waits
   * @throws IOException if the group is closed already; {@code closer} may have run then
   */
  public void addListener(Runnable closer) throws IOException {
    closers.add(closer);
    if (closing) { // pairs with closeAll: that has set it before it looks for closers, or sees this
      closers.remove(closer);
      throw group.members().groupClosed();
    }
  }

  /**
   * Forgets a listener, since it is closed.
   *
   * @param closer what {@link #addListener} was given
   */
  public void removeListener(Runnable closer) {
    closers.remove(closer);
  }

  /** The group closes: closes all its listeners, and those that are added later. Never waits. */
  void closeAll() {
    closing = true; // pairs with addListener
    closers.forEach(Runnable::run);
  }
}
