package io.netpoll.testkit;

import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backend {@code fake}: sockets simulated in memory, for tests. Found with ServiceLoader; its
 * priority is below that of any real backend.
 */
public final class FakePollerProvider implements PollerProvider {

  /** Makes the provider; all instances share {@link FakeNetwork}. */
  public FakePollerProvider() {
    Versions.require("netpoll-testkit", Version.CURRENT);
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public int priority() {
    return -100;
  }

  @Override
  public Availability availability() {
    return Availability.yes();
  }

  @Override
  public boolean threadAffine() {
    return false;
  }

  @Override
  public Set<SocketOption<?>> supportedOptions(boolean unixDomain) {
    return Options.of(unixDomain);
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    Fault.OPEN.strike();
    return FakeNetwork.remember(new FakePoller(pages));
  }

  @Override
  public ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return bind(address, null, backlog, options);
  }

  @Override
  public ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    byte[] wildcard = new byte[version == StandardProtocolFamily.INET6 ? 16 : 4];
    SocketAddress address = new InetSocketAddress(InetAddress.getByAddress(wildcard), port);
    return bind(address, version, backlog, options);
  }

  private static ListenSocket bind(
      SocketAddress address,
      @Nullable ProtocolFamily only,
      int backlog,
      Map<SocketOption<?>, Object> options)
      throws IOException {
    Map<SocketOption<?>, Object> checked = Options.checkedForListening(address, options);
    Fault.BIND.strike();
    Listening listening = Places.bind(address, only, backlog, checked);
    Descriptors.opened(listening);
    return new FakeListenSocket(listening);
  }
}
