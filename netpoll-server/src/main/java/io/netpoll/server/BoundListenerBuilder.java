package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.core.connection.NamedOptions;
import io.netpoll.core.group.AdoptionSource;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Describes a {@link BoundListener}. */
final class BoundListenerBuilder implements Listener.Builder {
  private @Nullable PollerGroup group;
  private int backlog = 4096;
  private boolean reusePort;
  private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

  @Override
  public Listener.Builder group(PollerGroup group) {
    this.group = Objects.requireNonNull(group, "group");
    return this;
  }

  @Override
  public Listener.Builder backlog(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "The backlog must be at least 1 connection, not " + connections + ".");
    }
    this.backlog = connections;
    return this;
  }

  @Override
  public <T> Listener.Builder option(SocketOption<T> option, T value) {
    NamedOptions.put(options, option, value);
    return this;
  }

  @Override
  public Listener.Builder reusePort(boolean reusePort) {
    this.reusePort = reusePort;
    return this;
  }

  @Override
  public Listener bind(String network, String address) throws IOException {
    return bind(BindAddress.parse(network, address));
  }

  @Override
  public Listener bind(SocketAddress address) throws IOException {
    return bind(new BindAddress(address, null));
  }

  private Listener bind(BindAddress where) throws IOException {
    EngineGroup engine = engine();
    if (!reusePort) {
      ListenSocket socket = where.bind(engine, backlog, options);
      return BoundListener.open(
          engine,
          List.of(socket),
          (number, one, settings) -> engine.listening().accept(one, settings));
    }
    if (where.isUnix()) {
      throw new IllegalArgumentException(
          "A Unix-domain socket such as "
              + Addresses.text(where.address())
              + " cannot be bound more than once: use reusePort with TCP only.");
    }
    return BoundListener.open(engine, bindEach(engine, where), engine.listening()::acceptOnOneLoop);
  }

  private EngineGroup engine() throws PollerUnavailableException {
    return ServingLoop.engine(group == null ? PollerGroup.shared() : group);
  }

  /** Binds a socket for each loop; those after the first to the address that the first has got. */
  private List<ListenSocket> bindEach(EngineGroup engine, BindAddress where) throws IOException {
    Map<SocketOption<?>, Object> shared = new LinkedHashMap<>(options);
    NamedOptions.put(shared, StandardSocketOptions.SO_REUSEPORT, true);
    List<ListenSocket> sockets = new ArrayList<>();
    boolean complete = false;
    try {
      sockets.add(where.bind(engine, backlog, shared));
      BindAddress chosen = where.withPortOf(sockets.get(0));
      for (int i = engine.loops(); i > 1; i--) {
        sockets.add(chosen.bind(engine, backlog, shared));
      }
      complete = true;
      return sockets;
    } finally {
      if (!complete) {
        sockets.forEach(ListenSocket::close);
      }
    }
  }

  @Override
  public Listener adopt(ServerSocketChannel channel) throws IOException {
    return adopt(new AdoptionSource.ListeningChannel(channel));
  }

  @Override
  public Listener adopt(int descriptor) throws IOException {
    return adopt(new AdoptionSource.ListeningDescriptor(descriptor));
  }

  private Listener adopt(AdoptionSource.Listening origin) throws IOException {
    return listen(engine(), origin, socketOf(origin));
  }

  /** Makes the socket of what is adopted, which stays the user's if this throws. */
  private ListenSocket socketOf(AdoptionSource.Listening origin) throws IOException {
    if (reusePort || !options.isEmpty()) {
      throw new IllegalStateException(
          "A socket that is adopted is bound already: set its options, or SO_REUSEPORT, before it"
              + " is bound, and none here.");
    }
    return engine().listening().adopt(origin);
  }

  private static Listener listen(
      EngineGroup engine, AdoptionSource.Listening origin, ListenSocket socket) throws IOException {
    return BoundListener.open(
        engine,
        List.of(socket),
        (number, one, settings) -> engine.listening().acceptAdopted(origin, one, settings));
  }

  @Override
  public List<Listener> inherited() throws IOException {
    return inherited(descriptor -> true);
  }

  @Override
  public List<Listener> inherited(String name) throws IOException {
    Objects.requireNonNull(name, "name");
    return inherited(descriptor -> descriptor.name().equals(name));
  }

  private List<Listener> inherited(Predicate<Inheritance.Descriptor> wanted) throws IOException {
    List<Inheritance.Descriptor> found =
        Inheritance.parse(System.getenv(), ProcessHandle.current().pid());
    if (!found.isEmpty() && !engine().listening().adoptsDescriptors()) {
      throw new UnsupportedOperationException(
          "The "
              + engine().backend()
              + " backend cannot open the descriptors of LISTEN_FDS, which is "
              + found.size()
              + ": use a group on the epoll backend, or have one socket handed over as standard"
              + " input, and Listener.Builder.standardInput().");
    }
    List<Listener> adopted = new ArrayList<>();
    boolean complete = false;
    try {
      for (Inheritance.Descriptor descriptor : found) {
        if (wanted.test(descriptor) && Inheritance.take(descriptor)) {
          adopted.add(adopt(descriptor));
        }
      }
      complete = true;
      return List.copyOf(adopted);
    } finally {
      if (!complete) {
        adopted.forEach(Listener::close);
      }
    }
  }

  /** Adopts a descriptor that was claimed; if it stays as it is, the claim is taken back. */
  private Listener adopt(Inheritance.Descriptor descriptor) throws IOException {
    AdoptionSource.Listening origin = new AdoptionSource.ListeningDescriptor(descriptor.number());
    ListenSocket socket = null;
    try {
      socket = socketOf(origin);
    } finally {
      if (socket == null) {
        Inheritance.giveBack(descriptor);
      }
    }
    return listen(engine(), origin, socket);
  }

  @Override
  public Listener standardInput() throws IOException {
    Channel channel = System.inheritedChannel();
    if (!(channel instanceof ServerSocketChannel listening)) {
      throw new IllegalStateException(
          "The standard input of this process is "
              + (channel == null ? "no socket" : channel)
              + ": have a listening socket handed over there, as by inetd with wait, or by systemd"
              + " with StandardInput=socket.");
    }
    if (listening.isOpen() && !listening.isRegistered()) {
      listening.configureBlocking(false);
    }
    return adopt(listening);
  }
}
