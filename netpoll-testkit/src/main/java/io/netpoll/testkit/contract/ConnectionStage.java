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
import io.netpoll.spi.Filter;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LentMemory;
import io.netpoll.testkit.PollCheck;
import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A group of poll loops with one backend and one execution mode, and the servers, dialers and plain
 * sockets of a test. Closing it closes them all, and checks what no scenario may leave:
 *
 * <ul>
 *   <li>in the state in which the test ends, each loop sleeps; at no time did one poll more often
 *       than it had a reason to;
 *   <li>when all its connections have ended, a server counts none, and has all its places to give;
 *   <li>a group counts those connections whose sockets its pollers watch, and no other;
 *   <li>when the group is closed, every socket has had its last event, and every descriptor, thread
 *       and page is where it was before.
 * </ul>
 */
final class ConnectionStage implements AutoCloseable {
  static {
    ThreadsAndDescriptors.openWhatTheJdkKeeps();
  }

  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Threads that all groups share, and that end some time after their work. */
  private static final List<String> SHARED_THREADS =
      List.of("netpoll-resolver-", "netpoll-sender-", "netpoll-log");

  final PollerGroup group;
  final Execution.Mode mode;
  private final ThreadsAndDescriptors before;
  private final LentMemory memory;
  private final PollCheck check;
  private final PollerProvider provider;
  private final Filter.@Nullable Factory filter;
  private final Path directory;
  private final Deque<AutoCloseable> others = new ArrayDeque<>();
  private final List<EventLoop> servers = new ArrayList<>();
  private final Queue<Connection> dialled = new ConcurrentLinkedQueue<>();

  /** Opens a group; skips the test, by name, if the mode does not exist here. */
  ConnectionStage(
      PollerProvider provider,
      Filter.@Nullable Factory filter,
      Execution.Mode mode,
      int loops,
      Path directory)
      throws IOException {
    this.provider = provider;
    this.filter = filter;
    this.mode = mode;
    this.directory = directory;
    provider.supportedOptions(false); // may find out by means of sockets, once
    before = ThreadsAndDescriptors.now(SHARED_THREADS);
    memory = LentMemory.now();
    check = PollCheck.ofLoops(provider);
    group =
        check.build(PollerGroup.builder().name("contract").execution(execution(mode)).loops(loops));
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
    EventLoop loop = build(options);
    loop.start(listener);
    return new Server(loop, listener.localAddress());
  }

  /** Builds a server of this stage, which ends it and looks at what it leaves. */
  EventLoop build(EventLoop.Builder options) {
    if (filter != null) {
      options.filter(filter);
    }
    EventLoop loop = options.build();
    servers.add(loop);
    return loop;
  }

  private Path placeFor(SocketKind kind) throws IOException {
    return kind == SocketKind.UNIX ? Files.createTempDirectory(directory, "server") : directory;
  }

  /** A plain socket that is connected with a server, closed at the end. */
  SocketChannel peer(Server server) throws IOException {
    return keep(server.open());
  }

  /** A dialer of this stage's group. */
  Dialer.Builder dialer() {
    Dialer.Builder options = Dialer.builder().group(group);
    return filter == null ? options : options.filter(filter);
  }

  Connection dial(SocketAddress address) throws IOException {
    return dial(address, options -> options);
  }

  Connection dial(SocketAddress address, UnaryOperator<Dialer.Builder> options) throws IOException {
    return dial(address, options, PATIENCE);
  }

  Connection dial(SocketAddress address, UnaryOperator<Dialer.Builder> options, Duration timeout)
      throws IOException {
    Dialer dialer = options.apply(dialer().readTimeout(PATIENCE)).build();
    Connection connection =
        address instanceof UnixDomainSocketAddress unix
            ? dialer.connectUnix(null, unix, timeout)
            : dialer.connectTcp(null, (InetSocketAddress) address, timeout);
    return dialled(connection);
  }

  /** Closes a connection in the end, when nobody reads from it or writes to it any more. */
  Connection dialled(Connection connection) {
    dialled.add(connection);
    return connection;
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

  /** Allows for work of the test's that reaches the loops without events, as a handler's turns. */
  void allowFor(int pieces) {
    check.allowFor(pieces);
  }

  /** Waits until the loops sleep; fails if one spins instead. */
  void awaitSleep() {
    check.awaitSleep();
  }

  @Override
  public void close() {
    try {
      check.awaitSleep();
      endServers();
      closeOthers();
      Eventually.passes(
          () ->
              assertThat(group.connections())
                  .as("connections of the group, and the sockets that its pollers watch")
                  .isEqualTo(check.streams()));
      check.awaitSleep();
    } finally {
      group.close(); // resets what is open
      for (Connection connection : dialled) {
        connection.reader().release(); // this thread may have read, and have views
        connection.close();
      }
      closeOthers();
    }
    check.assertNoneSpun();
    check.assertNothingKept();
    Eventually.passes(
        () ->
            assertThat(ThreadsAndDescriptors.now(SHARED_THREADS).beyond(before))
                .as("left behind")
                .isEmpty());
    memory.awaitReturn(PATIENCE);
  }

  /** Resets what they serve; each then has all its places again. */
  private void endServers() {
    for (EventLoop server : servers) {
      server.shutdown(Duration.ZERO);
      Eventually.holds("the server has no connection", () -> server.connections() == 0);
      assertThat(server.drain(PATIENCE)).as("all places of the server are free").isTrue();
    }
  }

  private void closeOthers() {
    AutoCloseable resource;
    while ((resource = others.poll()) != null) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new AssertionError("Cannot close " + resource, e);
      }
    }
  }
}
