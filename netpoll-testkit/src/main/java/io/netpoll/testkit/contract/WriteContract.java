package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing without waiting, to peers that read late or never. */
abstract class WriteContract extends ConnectionSuite {
  private static final int MARK = 64 << 10;
  private static final int PIECE = 4 << 10;
  private static final int MORE_THAN_A_SOCKET_TAKES = 16 << 20;

  /** A server's connection, and its peer. */
  private record Pair(Connection connection, SocketChannel peer) {
    /** Reads so many bytes, each of which must be the low eight bits of its place. */
    void assertReads(long from, int count) throws IOException {
      byte[] bytes = Channels.newInputStream(peer).readNBytes(count);
      assertThat(bytes).hasSize(count);
      for (int i = 0; i < count; i++) {
        if (bytes[i] != (byte) (from + i)) {
          throw new AssertionError("Byte " + (from + i) + " is " + bytes[i] + ".");
        }
      }
    }
  }

  private Pair pair(ConnectionStage stage) throws Exception {
    return pair(stage, connection -> {}, options -> options);
  }

  private Pair pair(
      ConnectionStage stage, OnRequest handler, UnaryOperator<EventLoop.Builder> options)
      throws Exception {
    CompletableFuture<Connection> opened = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            handler,
            builder ->
                options.apply(builder.outputHighWaterMark(MARK).onConnect(opened::complete)));
    SocketChannel peer = stage.peer(server);
    return new Pair(opened.get(20, TimeUnit.SECONDS), peer);
  }

  private static void write(Connection connection, long from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    connection.writer().writeBinary(bytes);
  }

  /** Writes pieces until one is dropped; returns how many bytes were taken. */
  private static long fill(Connection connection) throws IOException {
    long taken = 0;
    write(connection, taken, PIECE);
    while (connection.writer().flushOrDrop()) {
      taken += PIECE;
      write(connection, taken, PIECE);
    }
    return taken;
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatReadsNothing_isNotWaitedFor_andHoldsTheMarkAndOneFlush(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    Pair pair = pair(stage);
    Connection connection = pair.connection();
    assertThat(connection.isWritable()).isTrue();
    assertThat(connection.unsentBytes()).isZero();
    CountDownLatch writable = new CountDownLatch(1);
    connection.setOnWritable(told -> writable.countDown());
    long taken = fill(connection);
    assertThat(connection.unsentBytes()).isBetween(MARK + 1L, (long) MARK + PIECE);
    assertThat(connection.isWritable()).isFalse();
    assertThat(connection.writer().mallocLength()).as("what was dropped").isZero();
    stage.letTheLoopTurn();
    assertThat(writable.getCount()).as("not told yet").isEqualTo(1);

    pair.assertReads(0, (int) taken);
    assertThat(writable.await(20, TimeUnit.SECONDS)).as("told").isTrue();
    assertThat(connection.isWritable()).isTrue();
    write(connection, taken, PIECE);
    assertThat(connection.writer().flushOrDrop()).isTrue();
    pair.assertReads(taken, PIECE);
    assertThat(connection.unsentBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aCallbackThatWritesWhileThereIsRoom_sendsAllToAPeerThatReadsSlowly(Execution.Mode mode)
      throws Exception {
    Pair pair = pair(open(mode));
    Connection connection = pair.connection();
    int total = 4 << 20;
    long[] written = {fill(connection)};
    connection.setOnWritable(
        told -> {
          while (told.isWritable() && written[0] < total) {
            write(told, written[0], PIECE);
            assertThat(told.writer().flushOrDrop()).isTrue();
            written[0] += PIECE;
          }
        });
    for (int read = 0; read < total; read += 1 << 18) {
      pair.assertReads(read, 1 << 18);
    }
    Eventually.holds("all was sent", () -> connection.unsentBytes() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void aCallbackThatIsSetLate_isCalledForTheRoomThatComes(Execution.Mode mode) throws Exception {
    Pair pair = pair(open(mode));
    Connection connection = pair.connection();
    long taken = fill(connection);
    CountDownLatch writable = new CountDownLatch(1);
    connection.setOnWritable(told -> writable.countDown());
    pair.assertReads(0, (int) taken);
    assertThat(writable.await(20, TimeUnit.SECONDS)).as("told").isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void theCallback_waitsForAHandlerThatRuns(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    assumeTrue(stage.mayWait(), "A handler must not wait on its loop's thread.");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Queue<String> order = new ConcurrentLinkedQueue<>();
    Pair pair =
        pair(
            stage,
            connection -> {
              connection.reader().skip(connection.reader().length());
              entered.countDown();
              leave.await();
              order.add("handler");
            },
            options -> options);
    Connection connection = pair.connection();
    CountDownLatch writable = new CountDownLatch(1);
    connection.setOnWritable(
        told -> {
          order.add("callback");
          writable.countDown();
        });
    pair.peer().write(ByteBuffer.allocate(1));
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    long taken = fill(connection);
    pair.assertReads(0, (int) taken);
    Eventually.holds("there is room", connection::isWritable);
    stage.letTheLoopTurn();
    assertThat(order).isEmpty();
    leave.countDown();
    assertThat(writable.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("handler", "callback");
  }

  @ParameterizedTest
  @EnumSource
  void theCallback_leavesInputToTheHandler(Execution.Mode mode) throws Exception {
    AtomicInteger seen = new AtomicInteger();
    Pair pair =
        pair(
            open(mode),
            connection -> {
              if (connection.reader().request(2)) {
                connection.reader().skip(2);
                seen.incrementAndGet();
              }
            },
            options -> options);
    Connection connection = pair.connection();
    CountDownLatch writable = new CountDownLatch(1);
    connection.setOnWritable(told -> writable.countDown());
    long taken = fill(connection);
    pair.peer().write(ByteBuffer.allocate(3));
    Eventually.holds("the first two were read", () -> seen.get() == 1);
    pair.assertReads(0, (int) taken);
    assertThat(writable.await(20, TimeUnit.SECONDS)).isTrue();
    pair.peer().write(ByteBuffer.allocate(1));
    Eventually.holds("the next two were read", () -> seen.get() == 2);
  }

  @ParameterizedTest
  @EnumSource
  void anExceptionOfTheCallback_closesTheConnection(Execution.Mode mode) throws Exception {
    Pair pair = pair(open(mode));
    Connection connection = pair.connection();
    connection.setOnWritable(
        told -> {
          throw new IOException("thrown by a test");
        });
    long taken = fill(connection);
    pair.assertReads(0, (int) taken);
    Eventually.holds("closed", () -> !connection.isOpen());
    assertThat(pair.peer().read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource
  void aStage_completesOnceAllWasHandedToTheSystem(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    Pair pair = pair(stage);
    Connection connection = pair.connection();
    write(connection, 0, 1);
    assertThat(connection.writer().flushAsync().toCompletableFuture()).isCompleted();
    write(connection, 1, MORE_THAN_A_SOCKET_TAKES);
    CompletableFuture<Void> first = connection.writer().flushAsync().toCompletableFuture();
    write(connection, MORE_THAN_A_SOCKET_TAKES + 1, 1);
    CompletableFuture<Void> second = connection.writer().flushAsync().toCompletableFuture();
    Queue<String> order = new ConcurrentLinkedQueue<>();
    first.thenRun(() -> order.add("first"));
    second.thenRun(() -> order.add("second"));
    stage.letTheLoopTurn();
    assertThat(first).isNotDone();
    assertThat(connection.isWritable()).isFalse();
    pair.assertReads(0, MORE_THAN_A_SOCKET_TAKES + 2);
    second.get(20, TimeUnit.SECONDS);
    assertThat(first).isCompleted();
    Eventually.passes(() -> assertThat(order).containsExactly("first", "second"));
  }

  @ParameterizedTest
  @EnumSource
  void aHandler_mayWaitForAStage_alsoWhereFlushesAreCoalesced(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    assumeTrue(stage.mayWait(), "A handler must not wait on its loop's thread.");
    Pair pair =
        pair(
            stage,
            connection -> {
              connection.reader().skip(1);
              write(connection, 0, MORE_THAN_A_SOCKET_TAKES);
              connection.writer().flushAsync().toCompletableFuture().get();
              write(connection, MORE_THAN_A_SOCKET_TAKES, 1);
              connection.writer().flushAsync().toCompletableFuture().get();
            },
            options -> options.coalesceFlushes(true));
    pair.peer().write(ByteBuffer.allocate(2)); // so that there is more input
    pair.assertReads(0, MORE_THAN_A_SOCKET_TAKES + 1);
    pair.assertReads(0, MORE_THAN_A_SOCKET_TAKES + 1);
  }

  @ParameterizedTest
  @EnumSource
  void stages_failWithTheConnection(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    Pair aborted = pair(stage);
    write(aborted.connection(), 0, MORE_THAN_A_SOCKET_TAKES);
    CompletableFuture<Void> ofAborted =
        aborted.connection().writer().flushAsync().toCompletableFuture();
    aborted.connection().abort();
    assertFails(ofAborted);

    Pair reset = pair(stage);
    write(reset.connection(), 0, MORE_THAN_A_SOCKET_TAKES);
    CompletableFuture<Void> ofReset =
        reset.connection().writer().flushAsync().toCompletableFuture();
    reset.peer().close(); // with bytes that it has not read
    assertFails(ofReset);

    Pair closed = pair(stage);
    closed.connection().close();
    write(closed.connection(), 0, 1);
    assertFails(closed.connection().writer().flushAsync().toCompletableFuture());
    assertThat(closed.connection().isWritable()).isFalse();
    write(closed.connection(), 0, 1);
    assertThatThrownBy(() -> closed.connection().writer().flushOrDrop())
        .isInstanceOf(ConnectionClosedException.class);
    assertThat(closed.connection().writer().mallocLength()).isZero();
  }

  private static void assertFails(CompletableFuture<Void> stage) {
    assertThatThrownBy(() -> stage.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfAny(ConnectionClosedException.class, SocketException.class);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasFlushed_leavesBeforeAClose_andItsStageSaysSo(Execution.Mode mode) throws Exception {
    Pair pair = pair(open(mode));
    Connection connection = pair.connection();
    write(connection, 0, MORE_THAN_A_SOCKET_TAKES);
    CompletableFuture<Void> sent = connection.writer().flushAsync().toCompletableFuture();
    connection.close();
    pair.assertReads(0, MORE_THAN_A_SOCKET_TAKES);
    assertThat(pair.peer().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    sent.get(20, TimeUnit.SECONDS);
  }
}
