package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.DialTimeoutException;
import io.netpoll.Execution;
import io.netpoll.ReadTimeoutException;
import io.netpoll.WriteTimeoutException;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that wait to read, to write or to connect, and how their waits end. */
abstract class WaitContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(30);

  /** A connection of the backend's with a plain socket. */
  private record Pair(Connection connection, SocketChannel peer) {}

  private static Pair pair(ConnectionStage stage) throws IOException {
    try (ServerSocketChannel server = SocketKind.TCP.listen(stage.directory())) {
      Connection connection =
          stage.dial(server.getLocalAddress(), options -> options.outputHighWaterMark(1024));
      return new Pair(connection, stage.keep(server.accept()));
    }
  }

  /** Starts to write to a peer that does not read, until that waits. */
  private static Background<Void> writeUntilItWaits(Connection connection) {
    Background<Void> writer =
        Background.run(
            () -> {
              byte[] bytes = new byte[64 << 10];
              while (true) {
                connection.writer().writeBinary(bytes);
                connection.writer().flush();
              }
            });
    writer.awaitWaiting();
    return writer;
  }

  private static Background<Byte> readUntilItWaits(Connection connection) {
    Background<Byte> reader = Background.start(() -> connection.reader().readByte());
    reader.awaitWaiting();
    return reader;
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerWaitsForTheRest_orAsksToBeCalledThen(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    AtomicInteger calls = new AtomicInteger();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              calls.incrementAndGet();
              if (!stage.mayWait() && !connection.reader().request(6)) {
                return;
              }
              connection.writer().writeBinary(connection.reader().next(6));
              connection.writer().flush();
            });
    SocketPair client = new SocketPair(new RecordingEndpoint(), stage.peer(server));
    client.peerSends("thr");
    Eventually.holds("the handler was called", () -> calls.get() == 1);
    client.peerSends("ee");
    client.peerSends("!");
    assertThat(client.peerReads(6)).isEqualTo("three!");
  }

  @ParameterizedTest
  @EnumSource
  void closedByAnotherThreadWhileReading(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.connection().close();

    assertClosedBy(Side.LOCAL, reader.failure());
    assertThat(pair.peer().read(ByteBuffer.allocate(1))).as("FIN").isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource
  void closedByAnotherThreadWhileWriting_whatWasFlushedStillLeaves(Execution.Mode mode)
      throws Exception {
    var pair = pair(open(mode));
    CompletableFuture<Void> closed = new CompletableFuture<>();
    pair.connection().addCloseCallback(connection -> closed.complete(null));
    Background<Void> writer = writeUntilItWaits(pair.connection());
    pair.connection().close();

    assertClosedBy(Side.LOCAL, writer.failure());
    long left = 0;
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    for (int read; (read = pair.peer().read(buffer.clear())) >= 0; ) {
      left += read;
    }
    assertThat(left % (64 << 10)).as("the remainder of a flush").isZero();
    closed.get();
  }

  @ParameterizedTest
  @EnumSource
  void abortedByAnotherThreadWhileReadingAndWriting(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Void> writer = writeUntilItWaits(pair.connection());
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.connection().abort();

    assertClosedBy(Side.LOCAL, writer.failure());
    assertClosedBy(Side.LOCAL, reader.failure());
    assertThatThrownBy(
            () -> {
              while (pair.peer().read(ByteBuffer.allocate(1 << 20)) >= 0) {}
            })
        .as("RST")
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void resetByThePeerWhileReadingAndWriting(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Void> writer = writeUntilItWaits(pair.connection());
    Background<Byte> reader = readUntilItWaits(pair.connection());
    SocketKind.TCP.reset(pair.peer());

    assertClosedBy(Side.PEER, writer.failure());
    assertClosedBy(Side.PEER, reader.failure());
    Eventually.holds("inactive", () -> !pair.connection().isActive());
  }

  @ParameterizedTest
  @EnumSource
  void interruptedOrTooLate_theConnectionStaysUsable(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    reader.interrupt();
    assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
    pair.connection().setReadTimeout(BRIEFLY);
    assertThatThrownBy(() -> pair.connection().reader().readByte())
        .isInstanceOf(ReadTimeoutException.class);

    pair.peer().write(ByteBuffer.wrap(new byte[] {42}));
    pair.connection().setReadTimeout(ConnectionStage.PATIENCE);
    assertThat(pair.connection().reader().readByte()).isEqualTo((byte) 42);
    pair.connection().setWriteTimeout(BRIEFLY);
    assertThatThrownBy(writeUntilItWaits(pair.connection())::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(WriteTimeoutException.class);
    assertThat(pair.connection().isActive()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatIsRefusedFails(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    var stage = open(Execution.Mode.WORKERS);
    SocketAddress address = stage.keep(RefusingAddress.open(kind, directory)).address();
    assertThatThrownBy(() -> stage.dial(address)).isInstanceOf(ConnectException.class);
    Eventually.holds("nothing is left of it", () -> stage.group.connections() == 0);
  }

  @ParameterizedTest
  @EnumSource(names = "UNIX")
  void aDialToASocketThatDoesNotExistFails(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    var stage = open(Execution.Mode.WORKERS);
    SocketAddress nobody = UnixDomainSocketAddress.of(directory.resolve("nobody"));
    assertThatThrownBy(() -> stage.dial(nobody)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatIsNeverAnswered_timesOut_orIsInterrupted_orEndsWithItsGroup(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    BlackHole hole = stage.keep(BlackHole.open());
    assertThatThrownBy(() -> stage.dial(hole.address(), options -> options, BRIEFLY))
        .isInstanceOf(DialTimeoutException.class);

    Background<Connection> dial = Background.start(() -> stage.dial(hole.address()));
    dial.awaitWaiting();
    dial.interrupt();
    assertThat(dial.failure()).isInstanceOf(InterruptedIOException.class);
    Eventually.holds("nothing is left of them", () -> stage.group.connections() == 0);

    Background<Connection> last = Background.start(() -> stage.dial(hole.address()));
    last.awaitWaiting();
    stage.group.close();
    assertThat(last.failure())
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(DialTimeoutException.class);
  }

  @ParameterizedTest
  @EnumSource
  void theGroupClosesWithLiveConnections_everyWaitEnds_everyPeerIsReset(Execution.Mode mode)
      throws Exception {
    var stage = open(mode, 2);
    AtomicInteger prepared = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              if (stage.mayWait()) {
                connection.reader().next(100); // never comes
              }
            },
            options ->
                options.onPrepare(
                    connection -> {
                      connection.addCloseCallback(gone -> closed.incrementAndGet());
                      prepared.incrementAndGet();
                    }));
    int count = 10;
    Background<?>[] readers = new Background<?>[count];
    for (int i = 0; i < count; i++) {
      Connection client = stage.dial(server.address());
      client.writer().writeString("some");
      client.writer().flush();
      readers[i] = readUntilItWaits(client);
    }
    SocketChannel peer = stage.peer(server);
    Eventually.holds("all are open", () -> prepared.get() == count + 1);
    stage.group.close();

    for (Background<?> reader : readers) {
      assertThat(reader.failure()).isInstanceOf(ConnectionClosedException.class);
    }
    assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    Eventually.holds("every close callback ran", () -> closed.get() == count + 1);
  }
}
