package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.ReadTimeoutException;
import io.netpoll.WriteTimeoutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Timeouts that change while a thread waits, and connections on which nothing moves. */
abstract class TimeContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);

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
}
