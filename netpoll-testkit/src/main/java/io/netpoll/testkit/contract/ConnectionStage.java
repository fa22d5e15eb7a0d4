package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/**
 * A group of poll loops with one backend and one execution mode, and the servers, dialers and plain
 * sockets of a test. Closing it closes them all.
 */
final class ConnectionStage implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  final PollerGroup group;
  final Execution.Mode mode;
  private final PollerProvider provider;
  private final Path directory;
  private final Deque<AutoCloseable> others = new ArrayDeque<>();

  /** Opens a group; skips the test, by name, if the mode does not exist here. */
  ConnectionStage(PollerProvider provider, Execution.Mode mode, int loops, Path directory)
      throws IOException {
    this.provider = provider;
    this.mode = mode;
    this.directory = directory;
    group =
        PollerGroup.builder()
            .name("contract")
            .backend(provider.name())
            .execution(execution(mode))
            .loops(loops)
            .build();
  }

  private static Execution execution(Execution.Mode mode) {
    return switch (mode) {
      case ADAPTIVE -> Execution.adaptive();
      case INLINE -> Execution.inline();
      case WORKERS -> Execution.workers();
      case VIRTUAL -> {
        assumeTrue(Runtime.version().feature() >= 21, "Virtual threads need JDK 21.");
        yield Execution.virtualThreads();
      }
    };
  }

  /** Where the files of Unix sockets may be. */
  Path directory() {
    return directory;
  }

  /** Whether handlers may wait. */
  boolean mayWait() {
    return mode != Execution.Mode.INLINE;
  }

  /** Closes something at the end, before what was kept earlier. */
  <T extends AutoCloseable> T keep(T resource) {
    others.push(resource);
    return resource;
  }

  /** A server on an address of its own. */
  record Server(EventLoop loop, SocketAddress address) {
    /** A plain, blocking socket that is connected with the server. */
    SocketChannel open() throws IOException {
      return SocketChannel.open(address);
    }
  }

  Server serve(SocketKind kind, OnRequest handler) throws IOException {
    return serve(kind, handler, options -> options);
  }

  Server serve(SocketKind kind, OnRequest handler, UnaryOperator<EventLoop.Builder> options)
      throws IOException {
    return serve(kind, options.apply(EventLoop.builder(handler)));
  }

  /** Starts a server; skips the test, by name, if the backend has no sockets of this kind. */
  Server serve(SocketKind kind, EventLoop.Builder options) throws IOException {
    kind.assumeProvidedBy(provider);
    SocketAddress address = kind.free(placeFor(kind));
    Listener listener = keep(Listener.builder().group(group).bind(address));
    EventLoop loop = options.build();
    loop.start(listener);
    return new Server(loop, listener.localAddress());
  }

  private Path placeFor(SocketKind kind) throws IOException {
    return kind == SocketKind.UNIX ? Files.createTempDirectory(directory, "server") : directory;
  }

  /** A plain socket that is connected with a server, closed at the end. */
  SocketChannel peer(Server server) throws IOException {
    return keep(server.open());
  }

  Connection dial(SocketAddress address) throws IOException {
    return dial(address, options -> options);
  }

  Connection dial(SocketAddress address, UnaryOperator<Dialer.Builder> options) throws IOException {
    return dial(address, options, PATIENCE);
  }

  Connection dial(SocketAddress address, UnaryOperator<Dialer.Builder> options, Duration timeout)
      throws IOException {
    Dialer dialer = options.apply(Dialer.builder().group(group).readTimeout(PATIENCE)).build();
    return address instanceof UnixDomainSocketAddress unix
        ? dialer.connectUnix(null, unix, timeout)
        : dialer.connectTcp(null, (InetSocketAddress) address, timeout);
  }

  /** Requests on another connection: of one loop it has polled since, once for each of them. */
  void letTheLoopTurn() throws IOException {
    var server = serve(SocketKind.TCP, ConnectionSuite.ECHO);
    Connection client = dial(server.address());
    for (int i = 0; i < 50; i++) {
      client.writer().writeByte(i);
      client.writer().flush();
      assertThat(client.reader().readByte()).isEqualTo((byte) i);
    }
    client.close();
  }

  @Override
  public void close() {
    group.close(); // resets what is open
    for (AutoCloseable resource : others) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new AssertionError("Cannot close " + resource, e);
      }
    }
  }
}
