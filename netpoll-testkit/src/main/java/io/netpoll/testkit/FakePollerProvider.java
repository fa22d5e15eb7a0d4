package io.netpoll.testkit;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.Set;

/**
 * The backend {@code fake}: sockets simulated in memory, for tests. Found with ServiceLoader; its
 * priority is below that of any real backend.
 */
public final class FakePollerProvider implements PollerProvider {

  /** Makes the provider; all instances share {@link FakeNetwork}. */
  public FakePollerProvider() {}

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
    Map<SocketOption<?>, Object> checked = Options.checkedForListening(address, options);
    Fault.BIND.strike();
    Listening listening = Places.bind(address, backlog, checked);
    Descriptors.opened(listening);
    return new FakeListenSocket(listening);
  }
}
