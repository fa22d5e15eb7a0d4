package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.Addresses;
import io.netpoll.core.EngineGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes a {@link BoundListener}. */
final class BoundListenerBuilder implements Listener.Builder {
  private @Nullable PollerGroup group;
  private int backlog = 4096;

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
    return new BoundListener(engine, engine.bind(address, backlog));
  }
}
