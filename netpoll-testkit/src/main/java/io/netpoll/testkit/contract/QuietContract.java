package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A loop whose connections are in every state that level-triggered readiness could make it spin in
 * uses no CPU time.
 */
abstract class QuietContract extends ConnectionSuite {
  private static final long WATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long ALLOWED_NANOS = TimeUnit.MILLISECONDS.toNanos(12);
  private static final int MARK = 16 << 10;

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
    OUTPUT_FULL,
    OUTPUT_FULL_AND_THE_PEER_HALF_CLOSED,
    DIALLING_A_PEER_THAT_NEVER_ANSWERS
  }

  @ParameterizedTest
  @EnumSource
  void cpuTimeIsFlat_whileAConnectionIs(State state) throws Exception {
    // Workers: all that the loop's thread does is polling.
    var stage = open(Execution.Mode.WORKERS);
    bring(stage, state);
    assertFlat();
  }

  @ParameterizedTest
  @EnumSource
  void cpuTimeIsFlat_whileConnectionsAreInEveryStateAtOnce(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    for (State state : State.values()) {
      bring(stage, state);
    }
    assertFlat();
  }

  /** Makes a connection and brings it into a state that it stays in. */
  private static void bring(ConnectionStage stage, State state) throws IOException {
    if (state == State.DIALLING_A_PEER_THAT_NEVER_ANSWERS) {
      BlackHole hole = stage.keep(BlackHole.open());
      Background.start(() -> stage.dial(hole.address())).awaitWaiting();
      return;
    }
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
      case OUTPUT_FULL -> fill(connection);
      case OUTPUT_FULL_AND_THE_PEER_HALF_CLOSED -> {
        fill(connection);
        peer.shutdownOutput();
        Eventually.holds("the end is seen", () -> !connection.isActive());
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
