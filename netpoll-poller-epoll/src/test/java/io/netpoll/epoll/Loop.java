package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A poller whose leader is the test's thread, and the sockets of a test. Closing it checks that
 * every descriptor that the test opened is closed.
 */
final class Loop implements AutoCloseable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  static {
    // The JDK opens a socket of its own with the first channel, and keeps it.
    try {
      SocketChannel.open().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private final long descriptors = descriptors();
  final EpollPollerProvider provider = new EpollPollerProvider();
  final Poller poller;
  private final List<TestEndpoint> endpoints = new ArrayList<>();
  private final Deque<AutoCloseable> others = new ArrayDeque<>();

  Loop() throws IOException {
    poller = provider.open(new NoPages());
  }

  /** Closes something at the end. */
  <T extends AutoCloseable> T keep(T resource) {
    others.push(resource);
    return resource;
  }

  Poller anotherPoller() throws IOException {
    return keep(provider.open(new NoPages()));
  }

  /** The number of sockets and selectors of this process, or 0 where that cannot be told. */
  static long descriptors() {
    Path directory = Path.of("/proc/self/fd");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Loop::isSocketOrSelector).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isSocketOrSelector(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("socket:") || target.contains("event");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /** Handles the batch. */
  void dispatch() {
    dispatch(poller);
  }

  private void dispatch(Poller which) {
    endpoints.forEach(endpoint -> endpoint.dispatching = true);
    while (which.dispatch()) {}
    endpoints.forEach(endpoint -> endpoint.dispatching = false);
  }

  /** Handles what is there without waiting for more. */
  void turn() throws IOException {
    poller.poll(0);
    dispatch();
  }

  /** Polls until a condition holds. */
  void until(BooleanSupplier condition) throws IOException {
    until(poller, condition);
  }

  void until(Poller which, BooleanSupplier condition) throws IOException {
    // Both time and turns: a machine that stands still for a while is not the poller's failure.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (int turns = 0; !condition.getAsBoolean(); turns++) {
      assertThat(turns < 500 || System.nanoTime() < deadline).as("in time").isTrue();
      which.poll(TimeUnit.MILLISECONDS.toNanos(20));
      dispatch(which);
    }
  }

  /** Polls for a fifth of a second and fails if that was a busy loop. */
  void assertQuiet() throws IOException {
    turn();
    turn();
    int polls = 0;
    final long cpuBefore = THREADS.getCurrentThreadCpuTime();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
    for (long left; (left = end - System.nanoTime()) > 0; polls++) {
      poller.poll(left);
      dispatch();
    }
    assertThat(polls).as("returns of poll").isLessThanOrEqualTo(3);
    long cpu = THREADS.getCurrentThreadCpuTime() - cpuBefore;
    assertThat(TimeUnit.NANOSECONDS.toMillis(cpu)).as("CPU time in ms").isLessThan(50);
  }

  TestEndpoint attach(StreamSocket socket, TestEndpoint endpoint) throws IOException {
    return attach(poller, socket, endpoint);
  }

  TestEndpoint attach(Poller which, StreamSocket socket, TestEndpoint endpoint) throws IOException {
    endpoints.add(endpoint);
    endpoint.handle = which.attach(socket, endpoint);
    return endpoint;
  }

  TestEndpoint connect(SocketAddress remote) throws IOException {
    return connect(remote, Map.of());
  }

  TestEndpoint connect(SocketAddress remote, Map<SocketOption<?>, Object> options)
      throws IOException {
    TestEndpoint endpoint = new TestEndpoint();
    endpoints.add(endpoint);
    endpoint.handle = poller.connect(remote, null, options, endpoint);
    return endpoint;
  }

  /** A connection of two ends: one that the poller watches, and a blocking channel of the test. */
  record Pair(TestEndpoint endpoint, SocketChannel peer) {
    Handle handle() {
      return endpoint.handle();
    }

    void peerSends(String text) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        peer.write(bytes);
      }
    }

    String peerReads(int bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      while (buffer.hasRemaining() && peer.read(buffer) >= 0) {}
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
  }

  Pair pair(Kind kind, Path directory) throws IOException {
    return pair(kind, directory, new TestEndpoint());
  }

  Pair pair(Kind kind, Path directory, TestEndpoint endpoint) throws IOException {
    SocketAddress address = kind.free(Files.createTempDirectory(directory, "pair"));
    try (ListenSocket listening = provider.bind(address, 1)) {
      SocketChannel peer = keep(openTo(listening.localAddress()));
      TestAcceptor acceptor = new TestAcceptor();
      Handle handle = poller.accept(listening, Map.of(), acceptor);
      until(() -> !acceptor.sockets.isEmpty());
      handle.close();
      until(() -> acceptor.closed);
      return new Pair(attach(acceptor.sockets.remove(), endpoint), peer);
    }
  }

  static SocketChannel openTo(SocketAddress address) throws IOException {
    return SocketChannel.open(address);
  }

  /** An option of the module jdk.net, which neither the backend nor its tests depend on. */
  @SuppressWarnings("unchecked")
  static SocketOption<Integer> keepIdle() throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      return (SocketOption<Integer>)
          channel.supportedOptions().stream()
              .filter(option -> option.name().equals("TCP_KEEPIDLE"))
              .findAny()
              .orElseThrow();
    }
  }

  /** A listening socket that is not of the backend. */
  ServerSocketChannel listen(Kind kind, Path directory) throws IOException {
    ServerSocketChannel channel =
        kind == Kind.TCP
            ? ServerSocketChannel.open()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return keep(channel).bind(kind.free(directory));
  }

  static UnixDomainSocketAddress unix(Path path) {
    return UnixDomainSocketAddress.of(path);
  }

  /** The poller's close, with what it tells. */
  void closePoller() {
    endpoints.forEach(endpoint -> endpoint.dispatching = true);
    poller.close();
    endpoints.forEach(endpoint -> endpoint.dispatching = false);
  }

  @Override
  public void close() {
    closePoller();
    for (AutoCloseable resource : others) {
      endpoints.forEach(endpoint -> endpoint.dispatching = true);
      close(resource);
    }
    for (TestEndpoint endpoint : endpoints) {
      if (endpoint.handle != null) {
        assertThat(endpoint.events).endsWith(endpoint.detached == null ? "closed" : "detached");
      }
    }
    assertThat(descriptors()).as("open descriptors").isEqualTo(descriptors);
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
