package io.netpoll.benchmarks.cost;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import io.netpoll.testkit.ForwardingProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A backend whose crossings of the SPI that stand for system calls are counted: a poll for a wait,
 * a question for space for a read, a send for a write, and the rest for a change of interest or a
 * wake-up. It is called {@code counted-} and the backend's name, and is never chosen by itself.
 */
abstract class CountedProvider extends ForwardingProvider {
  private final PollerProvider backend;

  CountedProvider(PollerProvider backend) {
    this.backend = backend;
  }

  @Override
  protected final PollerProvider backend() {
    return backend;
  }

  @Override
  public final String name() {
    return "counted-" + backend.name();
  }

  @Override
  public final int priority() {
    return Integer.MIN_VALUE;
  }

  @Override
  public final Poller open(PageSource pages) throws IOException {
    return new CountedPoller(backend.open(pages));
  }

  private record CountedPoller(Poller poller) implements Poller {
    @Override
    public int poll(long timeoutNanos) throws IOException {
      Calls.POLL.add();
      return poller.poll(timeoutNanos);
    }

    @Override
    public boolean dispatch() {
      return poller.dispatch();
    }

    @Override
    public void wakeup() {
      Calls.OTHER.add();
      poller.wakeup();
    }

    @Override
    public Handle accept(
        ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
        throws IOException {
      return poller.accept(socket, options, acceptor);
    }

    @Override
    public Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException {
      return counted(poller.attach(socket, endpoint));
    }

    @Override
    public Handle connect(
        SocketAddress remote,
        @Nullable SocketAddress local,
        Map<SocketOption<?>, Object> options,
        Endpoint endpoint)
        throws IOException {
      return counted(poller.connect(remote, local, options, endpoint));
    }

    @Override
    public void close() {
      poller.close();
    }

    private static Handle counted(Handle handle) {
      return Counting.of(
          Handle.class,
          handle,
          Map.of(
              "receive", Calls.READ,
              "send", Calls.WRITE,
              "watchOutput", Calls.OTHER,
              "ignoreOutput", Calls.OTHER,
              "pauseInput", Calls.OTHER,
              "resumeInput", Calls.OTHER));
    }
  }
}
