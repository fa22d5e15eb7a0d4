package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.DetachedSocket;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A loop whose connections are in every state that level-triggered readiness could make it spin in
 * sleeps, and uses no CPU time.
 */
abstract class QuietContract extends ConnectionSuite {
  private static final long WATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long ALLOWED_NANOS = TimeUnit.MILLISECONDS.toNanos(12);
  private static final int MARK = 16 << 10;

  /** Gives a second descriptor for one; empty if nobody knows how. */
  abstract OptionalInt duplicate(int descriptor);

  /** One state at a time, so that a failure names it. */
  enum State {
    IDLE,
    UNREAD_BELOW_THE_MARK,
    PAUSED_ABOVE_THE_MARK,
    PAUSED_AND_THE_PEER_HALF_CLOSED,
    PAUSED_AND_THE_PEER_CLOSED,
    PAUSED_AND_THE_PEER_RESET,
    PEER_HALF_CLOSED,
    PEER_CLOSED,
    PEER_RESET,
    OUTPUT_FULL,
    OUTPUT_FULL_AND_THE_PEER_HALF_CLOSED,
    OUTPUT_FULL_AND_THE_PEER_RESET,
    CLOSED_BEHIND_ITS_OUTPUT,
    HANDLER_WAITS,
    DIALLED_AND_UNREAD,
    DIALLED_AND_THE_PEER_CLOSED,
    DIALLED_AND_THE_PEER_RESET,
    DIALLING_A_PEER_THAT_NEVER_ANSWERS,
    DIALLING_WAS_REFUSED,
    AT_THE_LIMIT_AND_OTHERS_WAIT,
    AT_THE_LIMIT_AND_OTHERS_WERE_RESET,
    ADOPTED_AND_THE_PEER_CLOSED,
    DETACHED_AND_UNREAD
  }

  static Stream<Arguments> statesInModes() {
    return Arrays.stream(State.values())
        .flatMap(
            state -> Arrays.stream(Execution.Mode.values()).map(mode -> Arguments.of(state, mode)));
  }

  @ParameterizedTest
  @MethodSource("statesInModes")
  void theLoopSleeps_whileAConnectionIs(State state, Execution.Mode mode) throws Exception {
    var stage = open(mode);
    bring(stage, state);
    stage.awaitSleep();
  }

  @ParameterizedTest
  @EnumSource
  void cpuTimeIsFlat_whileConnectionsAreInEveryStateAtOnce(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    for (State state : State.values()) {
      bring(stage, state);
    }
    assertFlat();
    stage.awaitSleep();
  }

  /** As in a restart without downtime, where a successor is to accept them. */
  @ParameterizedTest
  @EnumSource
  void theLoopSleeps_whileClientsWaitAtASharedSocketThatItDrained(Execution.Mode mode)
      throws Exception {
    assumeTrue(provider().adoptsDescriptors(), "The backend adopts no descriptors.");
    var stage = open(mode);
    int descriptor =
        SharedDescriptor.of(
            stage::keep, () -> SocketKind.TCP.listen(stage.directory()), this::duplicate);
    Listener listener = Listener.builder().group(stage.group).adopt(descriptor);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    server.start(listener);
    SocketChannel served = stage.keep(SocketChannel.open(listener.localAddress()));
    Eventually.holds("it is served", () -> server.connections() == 1);
    served.close();
    assertThat(server.drain(ConnectionStage.PATIENCE)).isTrue();
    stage.keep(SocketChannel.open(listener.localAddress()));
    stage.awaitSleep();
  }

  /** As by a cancelled task that comes late: what runs on a loop's thread by then is the loop. */
  @ParameterizedTest
  @EnumSource
  void theLoopSleeps_afterAnInterruptOfItsThread(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    var server = stage.serve(SocketKind.TCP, ECHO);
    Connection client = stage.dial(server.address());
    for (int i = 0; i < 3; i++) {
      client.writer().writeByte(i);
      client.writer().flush();
      assertThat(client.reader().readByte()).isEqualTo((byte) i);
      stage.awaitSleep();
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        String name = thread.getName();
        if (name.startsWith("netpoll-contract-") || name.startsWith("netpoll-leader-")) {
          thread.interrupt();
        }
      }
      stage.awaitSleep();
    }
  }

  /** Makes a connection and brings it into a state that it stays in. */
  private void bring(ConnectionStage stage, State state) throws Exception {
    switch (state) {
      case HANDLER_WAITS -> waitInAHandler(stage);
      case DIALLED_AND_UNREAD, DIALLED_AND_THE_PEER_CLOSED, DIALLED_AND_THE_PEER_RESET ->
          dial(stage, state);
      case DIALLING_A_PEER_THAT_NEVER_ANSWERS -> {
        BlackHole hole = stage.keep(BlackHole.open());
        Background.start(() -> stage.dial(hole.address())).awaitWaiting();
      }
      case DIALLING_WAS_REFUSED -> {
        RefusingAddress address = stage.keep(RefusingAddress.open());
        assertThatThrownBy(() -> stage.dial(address.address()))
            .isInstanceOf(ConnectException.class);
      }
      case AT_THE_LIMIT_AND_OTHERS_WAIT -> fillUp(stage, AtLimit.WAIT);
      case AT_THE_LIMIT_AND_OTHERS_WERE_RESET -> fillUp(stage, AtLimit.REFUSE);
      case ADOPTED_AND_THE_PEER_CLOSED -> adopt(stage);
      default -> serve(stage, state);
    }
  }

  private static void waitInAHandler(ConnectionStage stage) throws Exception {
    CompletableFuture<Connection> called = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              called.complete(connection);
              if (stage.mayWait()) {
                connection.reader().next(100);
              }
            });
    stage.peer(server).write(ByteBuffer.allocate(1));
    called.get(20, TimeUnit.SECONDS);
  }

  /** A connection that no handler reads. */
  private static void dial(ConnectionStage stage, State state) throws IOException {
    try (ServerSocketChannel server = SocketKind.TCP.listen(stage.directory())) {
      Connection connection = stage.dial(server.getLocalAddress());
      SocketChannel peer = stage.keep(server.accept());
      send(peer, connection, 100);
      switch (state) {
        case DIALLED_AND_THE_PEER_CLOSED -> {
          peer.close();
          Eventually.holds("the end is seen", () -> !connection.isActive());
        }
        case DIALLED_AND_THE_PEER_RESET -> {
          SocketKind.TCP.reset(peer);
          Eventually.holds("the end is seen", () -> !connection.isActive());
        }
        default -> {}
      }
    }
  }

  private static void fillUp(ConnectionStage stage, AtLimit more) throws IOException {
    var server = stage.serve(SocketKind.TCP, ECHO, options -> options.maxConnections(1, more));
    stage.peer(server);
    Eventually.holds("one is in", () -> server.loop().connections() == 1);
    for (int i = 0; i < 3; i++) {
      try {
        stage.keep(SocketChannel.open()).connect(server.address());
      } catch (IOException reset) {
        assertThat(more).as("reset before it knew that it was connected").isEqualTo(AtLimit.REFUSE);
      }
    }
    if (more == AtLimit.REFUSE) {
      Eventually.holds("the others are reset", () -> server.loop().refusals().total() == 3);
    }
  }

  private void adopt(ConnectionStage stage) throws IOException {
    EventLoop server = stage.build(EventLoop.builder(ECHO).halfClose(true));
    try (ServerSocketChannel listening = SocketKind.TCP.listen(stage.directory())) {
      SocketChannel peer = stage.keep(SocketChannel.open(listening.getLocalAddress()));
      SocketChannel channel = stage.keep(listening.accept());
      channel.configureBlocking(false);
      Connection connection = server.adopt(stage.group, channel);
      peer.close();
      Eventually.holds("the end is seen", () -> !connection.isActive());
    }
  }

  private void serve(ConnectionStage stage, State state) throws Exception {
    Queue<Connection> opened = new ConcurrentLinkedQueue<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {}, // reads nothing
            options ->
                options
                    .onConnect(opened::add)
                    .halfClose(true)
                    .inactivityTimeout(Duration.ofHours(1))
                    .inputHighWaterMark(MARK)
                    .outputHighWaterMark(64 << 20));
    SocketChannel peer = stage.peer(server);
    Eventually.holds("it is open", () -> !opened.isEmpty());
    Connection connection = opened.element();
    switch (state) {
      case IDLE -> {}
      case UNREAD_BELOW_THE_MARK -> send(peer, connection, 100);
      case PAUSED_ABOVE_THE_MARK -> pause(peer, connection);
      case PAUSED_AND_THE_PEER_HALF_CLOSED -> {
        pause(peer, connection);
        peer.shutdownOutput();
      }
      case PAUSED_AND_THE_PEER_CLOSED -> {
        pause(peer, connection);
        peer.close();
      }
      case PAUSED_AND_THE_PEER_RESET -> {
        pause(peer, connection);
        SocketKind.TCP.reset(peer);
      }
      case PEER_HALF_CLOSED -> {
        peer.shutdownOutput();
        Eventually.holds("the end is seen", () -> !connection.isActive());
      }
      case PEER_CLOSED -> {
        peer.close();
        Eventually.holds("the end is seen", () -> !connection.isActive());
      }
      case PEER_RESET -> {
        send(peer, connection, 100);
        SocketKind.TCP.reset(peer);
        Eventually.holds("the end is seen", () -> !connection.isActive());
      }
      case OUTPUT_FULL -> fill(connection);
      case OUTPUT_FULL_AND_THE_PEER_HALF_CLOSED -> {
        fill(connection);
        peer.shutdownOutput();
        Eventually.holds("the end is seen", () -> !connection.isActive());
      }
      case OUTPUT_FULL_AND_THE_PEER_RESET -> {
        fill(connection);
        SocketKind.TCP.reset(peer);
        Eventually.holds("the end is seen", () -> !connection.isActive());
      }
      case CLOSED_BEHIND_ITS_OUTPUT -> {
        fill(connection);
        connection.close();
      }
      case DETACHED_AND_UNREAD -> {
        assumeNoFilter("A connection with a filter cannot be detached.");
        send(peer, connection, 100);
        DetachedSocket socket = connection.detach().toCompletableFuture().get(20, TimeUnit.SECONDS);
        stage.keep(socket);
        stage.keep(socket.unread());
        peer.write(ByteBuffer.allocate(100));
      }
      default -> throw new AssertionError(state);
    }
  }

  private static void send(SocketChannel peer, Connection connection, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      peer.write(buffer);
    }
    int expected = Math.min(bytes, MARK);
    Eventually.holds("it has come", () -> connection.reader().length() >= expected);
  }

  /** Above the mark, and more in the socket's own buffer. */
  private static void pause(SocketChannel peer, Connection connection) throws IOException {
    send(peer, connection, 8 * MARK);
    peer.write(ByteBuffer.allocate(100));
  }

  private static void fill(Connection connection) throws IOException {
    connection.writer().writeBinary(new byte[16 << 20]);
    connection.writer().flush();
  }

  private static void assertFlat() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadCpuTimeSupported(), "The system tells no thread's CPU time.");
    // What led to the state may still be under way: calm counts once it has come.
    Eventually.passes(
        () -> {
          long before = cpuNanos(threads);
          long end = System.nanoTime() + WATCHED_NANOS;
          for (long left; (left = end - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left);
          }
          assertThat(cpuNanos(threads) - before).as("CPU time").isLessThan(ALLOWED_NANOS);
        });
  }

  /** The CPU time of all threads of the library. */
  @SuppressWarnings("deprecation") // threadId() came with Java 19.
  private static long cpuNanos(ThreadMXBean threads) {
    long sum = 0;
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("netpoll-")) {
        sum += Math.max(0, threads.getThreadCpuTime(thread.getId()));
      }
    }
    return sum;
  }
}
