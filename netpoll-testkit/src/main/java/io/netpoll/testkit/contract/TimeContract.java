package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.LinkBuffer;
import io.netpoll.ReadTimeoutException;
import io.netpoll.ShardQueue;
import io.netpoll.WriteTimeoutException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Timeouts that change while a thread waits, and connections on which nothing moves. */
abstract class TimeContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  /** Would have the test's process wait when it exits. */
  private static final Set<String> NOT_NOW = Set.of("shutdownOnExit");

  /** A connection of the backend's with a plain socket that is never read. */
  private static Connection dialSomebody(ConnectionStage stage) throws IOException {
    try (ServerSocketChannel server = SocketKind.TCP.listen(stage.directory())) {
      Connection connection =
          stage.dial(
              server.getLocalAddress(),
              options -> options.outputHighWaterMark(1024).readTimeout(LONG).writeTimeout(LONG));
      stage.keep(server.accept());
      return connection;
    }
  }

  private static Background<Byte> readUntilItWaits(Connection connection) {
    Background<Byte> reader = Background.start(() -> connection.reader().readByte());
    reader.awaitWaiting();
    return reader;
  }

  private static Background<Void> writeUntilItWaits(Connection connection) {
    Background<Void> writer =
        Background.run(
            () -> {
              connection.writer().writeBinary(new byte[16 << 20]);
              connection.writer().flush();
            });
    writer.awaitWaiting();
    return writer;
  }

  @ParameterizedTest
  @EnumSource
  void aReadTimeoutOrDeadlineThatIsSetDuringAWait_endsIt(Execution.Mode mode) throws Exception {
    Connection connection = dialSomebody(open(mode));
    Background<Byte> first = readUntilItWaits(connection);
    connection.setReadTimeout(BRIEFLY);
    assertThat(first.failure()).isInstanceOf(ReadTimeoutException.class);
    connection.setReadTimeout(LONG);
    Background<Byte> second = readUntilItWaits(connection);
    connection.setReadDeadline(Instant.now());
    assertThat(second.failure()).isInstanceOf(ReadTimeoutException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aWriteTimeoutOrDeadlineThatIsSetDuringAWait_endsIt(Execution.Mode mode) throws Exception {
    Connection connection = dialSomebody(open(mode));
    Background<Void> first = writeUntilItWaits(connection);
    connection.setWriteTimeout(BRIEFLY);
    assertThat(first.failure()).isInstanceOf(WriteTimeoutException.class);
    connection.setWriteTimeout(LONG);
    Background<Void> second = writeUntilItWaits(connection);
    connection.setWriteDeadline(Instant.now());
    assertThat(second.failure()).isInstanceOf(WriteTimeoutException.class);
  }

  @ParameterizedTest
  @EnumSource
  void whereNothingMoves_theConnectionCloses(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            ECHO,
            options ->
                options
                    .inactivityTimeout(BRIEFLY)
                    .onPrepare(c -> c.addCloseCallback(gone -> closed.complete(null))));
    SocketChannel silent = stage.peer(server);
    assertThat(silent.read(ByteBuffer.allocate(1))).as("FIN").isEqualTo(-1);
    closed.get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void whereNothingMoves_aWaitingReaderLearnsWhy(Execution.Mode mode) throws Exception {
    Connection connection = dialSomebody(open(mode));
    connection.setInactivityTimeout(LONG);
    Background<Byte> reader = readUntilItWaits(connection);
    connection.setInactivityTimeout(BRIEFLY);
    assertThat(reader.failure())
        .isInstanceOfSatisfying(
            ConnectionClosedException.class,
            closed -> {
              assertThat(closed.side()).isEqualTo(ConnectionClosedException.Side.LOCAL);
              assertThat(closed)
                  .hasRootCauseMessage(
                      "Nothing was received or sent for 20 ms, which is the inactivity timeout.");
            });
  }

  @ParameterizedTest
  @EnumSource
  void whereThePeerTakesNothing_theConnectionIsReset(Execution.Mode mode) throws Exception {
    Connection connection = dialSomebody(open(mode));
    CompletableFuture<Void> closed = new CompletableFuture<>();
    connection.addCloseCallback(gone -> closed.complete(null));
    Background<Void> writer = writeUntilItWaits(connection);
    connection.setInactivityTimeout(BRIEFLY);
    assertThat(writer.failure()).isInstanceOf(ConnectionClosedException.class);
    closed.get(20, TimeUnit.SECONDS);
  }

  /**
   * Each exchange bounds how long nothing moved, from its first byte to the end of the next one. A
   * try in which this thread was held up for too long tells nothing, and the next one has a longer
   * timeout.
   */
  @ParameterizedTest
  @EnumSource
  void whereBytesMove_theConnectionStays(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    boolean told = false;
    for (Duration timeout = BRIEFLY; !told; timeout = timeout.plus(timeout)) {
      assertThat(timeout).isLessThan(ConnectionStage.PATIENCE);
      told = exchangesLast(stage, timeout);
    }
  }

  /** Whether this thread made exchanges for three timeouts, none of which was over meanwhile. */
  private static boolean exchangesLast(ConnectionStage stage, Duration timeout) throws IOException {
    var server = stage.serve(SocketKind.TCP, ECHO, options -> options.inactivityTimeout(timeout));
    long before = System.nanoTime();
    try (SocketChannel peer = server.open()) {
      long end = System.nanoTime() + 3 * timeout.toNanos();
      while (System.nanoTime() - end < 0) {
        long start = System.nanoTime();
        boolean answered = isAnswered(peer);
        if (System.nanoTime() - before >= timeout.toNanos()) {
          return false;
        }
        assertThat(answered).isTrue();
        before = start;
      }
      return true;
    }
  }

  private static boolean isAnswered(SocketChannel peer) {
    try {
      peer.write(ByteBuffer.wrap(new byte[1]));
      return peer.read(ByteBuffer.allocate(1)) == 1;
    } catch (IOException closed) {
      return false;
    }
  }

  /** Found by their types, so that one that is added later is tried too. */
  @ParameterizedTest
  @EnumSource
  void theLongestDuration_isTakenWhereverOneComesIn(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP, ECHO, options -> longest(EventLoop.Builder.class, options, NOT_NOW));
    Dialer dialer = longest(Dialer.Builder.class, stage.dialer(), Set.of()).build();
    String address = "127.0.0.1:" + ((InetSocketAddress) server.address()).getPort();
    ConnectionPool.Builder pools = ConnectionPool.builder("tcp", address).dialer(dialer);
    try (ConnectionPool pool = longest(ConnectionPool.Builder.class, pools, Set.of()).build()) {
      pool.acquire(LONGEST).close();
      pool.acquireAsync(LONGEST).get(20, TimeUnit.SECONDS).close();
      assertThat(pool.close(LONGEST)).isTrue();
    }
    for (Connection connection :
        List.of(
            dialer.connect("tcp", address, LONGEST),
            dialer.connectAsync("tcp", address, LONGEST).get(20, TimeUnit.SECONDS))) {
      longest(Connection.class, connection, Set.of());
      connection.setReadDeadline(Instant.MAX);
      connection.setWriteDeadline(Instant.MAX);
      ShardQueue queue =
          longest(ShardQueue.Builder.class, ShardQueue.builder(connection), Set.of()).build();
      LinkBuffer message = LinkBuffer.create();
      message.writeString("ping");
      message.flush();
      queue.put(message).await();
      assertThat(connection.reader().readString(4)).isEqualTo("ping");
      connection.close();
    }
    assertThat(server.loop().shutdown(LONGEST).aborted()).isZero();
  }

  /** Gives an object the longest duration by each of its methods that take one and no more. */
  private static <T> T longest(Class<T> type, T object, Set<String> except) {
    int called = 0;
    for (Method method : type.getMethods()) {
      if (Arrays.equals(method.getParameterTypes(), new Class<?>[] {Duration.class})
          && !except.contains(method.getName())) {
        assertThatCode(() -> method.invoke(object, LONGEST))
            .as("%s", method)
            .doesNotThrowAnyException();
        called++;
      }
    }
    assertThat(called).isPositive();
    return object;
  }
}
