package io.netpoll.nio;

import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;

/**
 * The backend that runs everywhere, on {@link Selector}. It is asked last: its priority is 0.
 *
 * <p>Its pollers read into the space that connections offer, so they take no page of their own.
 */
public final class NioPollerProvider implements PollerProvider {
  /** Only a yes is kept: a refusal for want of descriptors, say, may not be the last word. */
  private volatile boolean proven;

  /** Called by {@link java.util.ServiceLoader}. */
  public NioPollerProvider() {
    Versions.require("netpoll-poller-nio", Version.CURRENT);
  }

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability availability() {
    if (!proven) {
      try {
        Selector.open().close();
      } catch (IOException
          | RuntimeException
          | LinkageError
          | ServiceConfigurationError selectorIsMissing) {
        return Availability.no("A java.nio selector cannot be opened: " + selectorIsMissing + ".");
      }
      proven = true;
    }
    return Availability.yes();
  }

  @Override
  public boolean threadAffine() {
    return false;
  }

  @Override
  public Set<SocketOption<?>> supportedOptions(boolean unixDomain) {
    return unixDomain ? Options.ofUnixDomain() : Options.ofTcp();
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    return new NioPoller(Selector.open());
  }

  @Override
  public ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return NioListenSocket.bind(address, backlog, options);
  }

  /** As an IPv6 channel of the JDK always serves IPv4 too, it has IPv4 alone. */
  @Override
  public ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return version == StandardProtocolFamily.INET
        ? NioListenSocket.bindWildcard4(port, backlog, options)
        : PollerProvider.super.bindWildcard(version, port, backlog, options);
  }

  @Override
  public boolean adoptsChannels() {
    return true;
  }

  @Override
  public ListenSocket adoptListener(ServerSocketChannel channel) throws IOException {
    return NioListenSocket.adopt(channel);
  }

  @Override
  public StreamSocket adoptStream(SocketChannel channel) throws IOException {
    return NioStreamSocket.adopt(channel);
  }
}
