package io.netpoll.testkit;

import io.netpoll.spi.InputWait;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A backend that does what another one does, for tests that change a part of that. Thread-safe if
 * the other one is.
 */
public abstract class ForwardingProvider implements PollerProvider {
  /** For subclasses. */
  protected ForwardingProvider() {}

  /**
   * The backend that does it.
   *
   * @return the same in each call
   */
  protected abstract PollerProvider backend();

  @Override
  public String name() {
    return backend().name();
  }

  @Override
  public int priority() {
    return backend().priority();
  }

  @Override
  public Availability availability() {
    return backend().availability();
  }

  @Override
  public boolean threadAffine() {
    return backend().threadAffine();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions(boolean unixDomain) {
    return backend().supportedOptions(unixDomain);
  }

  @Override
  public boolean awaitsInput() {
    return backend().awaitsInput();
  }

  @Override
  public InputWait openInputWait() throws IOException {
    return backend().openInputWait();
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    return backend().open(pages);
  }

  @Override
  public ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return backend().bind(address, backlog, options);
  }

  @Override
  public ListenSocket bind(SocketAddress address, int backlog) throws IOException {
    return backend().bind(address, backlog);
  }

  @Override
  public ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return backend().bindWildcard(version, port, backlog, options);
  }

  @Override
  public boolean adoptsChannels() {
    return backend().adoptsChannels();
  }

  @Override
  public boolean adoptsDescriptors() {
    return backend().adoptsDescriptors();
  }

  @Override
  public ListenSocket adoptListener(ServerSocketChannel channel) throws IOException {
    return backend().adoptListener(channel);
  }

  @Override
  public ListenSocket adoptListener(int descriptor) throws IOException {
    return backend().adoptListener(descriptor);
  }

  @Override
  public StreamSocket adoptStream(SocketChannel channel) throws IOException {
    return backend().adoptStream(channel);
  }

  @Override
  public StreamSocket adoptStream(int descriptor) throws IOException {
    return backend().adoptStream(descriptor);
  }

  @Override
  public SourceFile openFile(Path file) throws IOException {
    return backend().openFile(file);
  }
}
