package io.netpoll.testkit;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Output;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A backend of one poller that does what a test says, and nothing else. */
final class StubPoller implements Poller, PollerProvider {
  /** Whether a poll returns at once, with nothing. */
  volatile boolean returnsAtOnce;

  /** What each poll finds one of; null for nothing. */
  volatile @Nullable Runnable event;

  /** Of the last socket that was watched. */
  volatile @Nullable Endpoint endpoint;

  /** Of the last listening socket. */
  volatile @Nullable Acceptor acceptor;

  /** Where its pages come from. */
  volatile @Nullable PageSource pages;

  /** What each read brings. */
  volatile int read;

  private final Semaphore wakeUps = new Semaphore(0);
  private boolean found;

  // ---- Poller --------------------------------------------------------------------------------

  @Override
  public int poll(long timeoutNanos) throws IOException {
    found = event != null;
    if (found || returnsAtOnce || timeoutNanos == 0) {
      return found ? 1 : 0;
    }
    try {
      if (wakeUps.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
        wakeUps.drainPermits();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return 0;
  }

  @Override
  public boolean dispatch() {
    Runnable what = event;
    if (!found || what == null) {
      return false;
    }
    found = false;
    what.run();
    return true;
  }

  @Override
  public void wakeup() {
    wakeUps.release();
  }

  @Override
  public Handle accept(
      ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor) {
    this.acceptor = acceptor;
    return handle();
  }

  @Override
  public Handle attach(StreamSocket socket, Endpoint endpoint) {
    this.endpoint = endpoint;
    return handle();
  }

  @Override
  public Handle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint) {
    this.endpoint = endpoint;
    return handle();
  }

  /** One that does nothing, but for bytes that a test lets it read and send. */
  private Handle handle() {
    return (Handle)
        Proxy.newProxyInstance(
            Handle.class.getClassLoader(),
            new Class<?>[] {Handle.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "receive" -> read;
                  case "send" -> {
                    ((Output) arguments[0]).sent(1);
                    yield true;
                  }
                  default -> null;
                });
  }

  /** An object whose methods do nothing, and return nothing. */
  static <T> T stub(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
  }

  @Override
  public void close() {}

  // ---- PollerProvider ------------------------------------------------------------------------

  @Override
  public String name() {
    return "stub";
  }

  @Override
  public int priority() {
    return 0;
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
    return Set.of();
  }

  @Override
  public Poller open(PageSource pages) {
    this.pages = pages;
    return this;
  }

  @Override
  public ListenSocket bind(
      SocketAddress address, int backlog, Map<SocketOption<?>, Object> options) {
    return stub(ListenSocket.class);
  }
}
