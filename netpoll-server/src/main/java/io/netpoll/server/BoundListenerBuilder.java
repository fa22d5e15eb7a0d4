package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.Addresses;
import io.netpoll.core.EngineGroup;
import io.netpoll.core.NamedOptions;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    SocketAddress parsed = Addresses.parse(network, address);
    if (!(parsed instanceof InetSocketAddress inet)) {
      return bind(parsed);
    }
    String host = inet.getHostString();
    if (host.isEmpty()) {
      host = network.equals("tcp4") ? "0.0.0.0" : network.equals("tcp6") ? "::" : "";
    }
    if (host.isEmpty()) {
      return bind(new InetSocketAddress(inet.getPort()));
    }
    InetAddress first = Addresses.resolve(network, host).get(0);
    return bind(new InetSocketAddress(first, inet.getPort()));
  }

  @Override
  public Listener bind(SocketAddress address) throws IOException {
    boolean usable =
        address instanceof UnixDomainSocketAddress
            || (address instanceof InetSocketAddress inet && !inet.isUnresolved());
    if (!usable) {
      throw new IllegalArgumentException(
          "A listener binds a resolved TCP address or a Unix-domain socket, not "
              + Addresses.text(address)
              + ".");
    }
    PollerGroup chosen = group == null ? PollerGroup.shared() : group;
    if (!(chosen instanceof EngineGroup engine)) {
      throw new IllegalArgumentException(
          "This poller group was not made by this library: use PollerGroup.builder().");
    }
    if (!reusePort) {
      ListenSocket socket = engine.bind(address, backlog, options);
      return new BoundListener(engine, List.of(socket), false);
    }
    if (address instanceof UnixDomainSocketAddress) {
      throw new IllegalArgumentException(
          "A Unix-domain socket such as "
              + Addresses.text(address)
              + " cannot be bound more than once: use reusePort with TCP only.");
    }
    return new BoundListener(engine, bindEach(engine, address), true);
  }

  /** Binds a socket for each loop; those after the first to the address that the first has got. */
  private List<ListenSocket> bindEach(EngineGroup engine, SocketAddress address)
      throws IOException {
    Map<SocketOption<?>, Object> shared = new LinkedHashMap<>(options);
    NamedOptions.put(shared, StandardSocketOptions.SO_REUSEPORT, true);
    List<ListenSocket> sockets = new ArrayList<>();
    boolean complete = false;
    try {
      sockets.add(engine.bind(address, backlog, shared));
      SocketAddress chosen = sockets.get(0).localAddress();
      for (int i = engine.loops(); i > 1; i--) {
        sockets.add(engine.bind(chosen, backlog, shared));
      }
      complete = true;
      return sockets;
    } finally {
      if (!complete) {
        sockets.forEach(ListenSocket::close);
      }
    }
  }
}
