package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How connections end: FIN and RST from either side, at any moment. */
abstract class EndContract extends ConnectionSuite {
  private final List<String> events = new CopyOnWriteArrayList<>();

  /** Notes the last callbacks of each connection. */
  private EventLoop.Builder noting(EventLoop.Builder options) {
    return options
        .onPrepare(connection -> connection.addCloseCallback(closed -> events.add("closed")))
        .onDisconnect(connection -> events.add("disconnect"));
  }

  private void assertEndedByThePeer() {
    Eventually.passes(() -> assertThat(events).containsExactlyInAnyOrder("disconnect", "closed"));
  }

  private static SocketPair pair(ConnectionStage stage, ConnectionStage.Server server)
      throws IOException {
    return new SocketPair(new RecordingEndpoint(), stage.peer(server));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void thePeerHalfClosesBehindItsRequest_itStillGetsTheAnswer_thenTheEnd(Setting setting)
      throws Exception {
    var stage = open(setting.mode());
    var server = stage.serve(setting.kind(), ECHO, this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("last request");
    client.peer().shutdownOutput();

    assertThat(client.peerReads(100)).isEqualTo("last request");
    assertEndedByThePeer();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void withHalfClose_outputStaysOpenAfterThePeersEnd_untilClose(Setting setting) throws Exception {
    var stage = open(setting.mode());
    CompletableFuture<Connection> ended = new CompletableFuture<>();
    var server =
        stage.serve(
            setting.kind(), ECHO, options -> options.halfClose(true).onDisconnect(ended::complete));
    SocketPair client = pair(stage, server);
    client.peer().shutdownOutput();
    Connection connection = ended.get(20, TimeUnit.SECONDS);
    assertThat(connection.isActive()).isFalse();
    assertThat(connection.isOpen()).isTrue();
    for (String text : List.of("still ", "here")) {
      connection.writer().writeString(text);
      connection.writer().flush();
    }
    assertThat(client.peerReads(10)).isEqualTo("still here");
    connection.close();
    assertThat(client.peerReads(1)).as("FIN").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void thisSideCloses_itsPeerReadsAllThatWasFlushed_thenTheEnd(Setting setting) throws Exception {
    int size = 3 << 20;
    var stage = open(setting.mode());
    var server =
        stage.serve(
            setting.kind(),
            connection -> {
              connection.writer().writeBinary(new byte[size]);
              connection.writer().flush();
              connection.close();
            },
            this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("x");

    assertThat(client.peerReads(size + 1)).hasSize(size);
    Eventually.passes(() -> assertThat(events).containsExactly("closed"));
  }

  /** A system that closes a socket with unread bytes sends RST, and drops what it has to send. */
  @ParameterizedTest
  @EnumSource
  void thisSideClosesWithInputUnread_theAnswerUnderWaySurvives(Execution.Mode mode)
      throws Exception {
    int size = 1 << 20; // more than the peer has room for before it reads
    var stage = open(mode);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.writer().writeBinary(new byte[size]);
              connection.writer().flush();
              connection.close();
              closed.complete(null);
            },
            options -> options.inputHighWaterMark(1000));
    SocketPair client = pair(stage, server);
    client.peerSends("y".repeat(100_000));
    closed.get(20, TimeUnit.SECONDS);
    stage.letTheLoopTurn();

    assertThat(client.peerReads(size + 1)).hasSize(size);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void thePeerClosesWithTheAnswerUnread_bothEndsAreFree(Setting setting) throws Exception {
    var stage = open(setting.mode());
    CompletableFuture<Void> answered = new CompletableFuture<>();
    var server =
        stage.serve(
            setting.kind(),
            connection -> {
              ECHO.onRequest(connection);
              answered.complete(null);
            },
            this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("never read");
    answered.get(20, TimeUnit.SECONDS);
    client.peer().close();

    assertEndedByThePeer();
    Eventually.holds("nothing is open", () -> server.loop().connections() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void aResetInTheMiddleOfARequest_endsTheWaitingHandler(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    CompletableFuture<Void> started = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              started.complete(null);
              if (!stage.mayWait() && !connection.reader().request(100)) {
                return;
              }
              try {
                connection.reader().next(100);
              } catch (IOException e) {
                failed.complete(e);
                throw e;
              }
            },
            this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("cut o");
    started.get(20, TimeUnit.SECONDS);
    SocketKind.TCP.reset(client.peer());

    if (stage.mayWait()) {
      assertThat(failed.get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              closed -> assertThat(closed.side()).isEqualTo(ConnectionClosedException.Side.PEER));
    }
    assertEndedByThePeer();
  }

  @ParameterizedTest
  @EnumSource
  void aResetInTheMiddleOfAnAnswer_endsTheConnection(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              for (int i = 0; i < 8; i++) {
                connection.writer().writeBinary(new byte[2 << 20]);
                if (stage.mayWait()) {
                  connection.writer().flush();
                }
              }
              connection.writer().flush();
            },
            this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("x");
    assertThat(client.peerReads(1000)).hasSize(1000);
    SocketKind.TCP.reset(client.peer());

    assertEndedByThePeer();
  }

  @ParameterizedTest
  @EnumSource
  void abort_resetsThePeer(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, Connection::abort, this::noting);
    SocketPair client = pair(stage, server);
    client.peerSends("x");

    assertThatThrownBy(() -> client.peer().read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class);
    Eventually.passes(() -> assertThat(events).containsExactly("closed"));
  }

  @ParameterizedTest
  @EnumSource
  void shutdownWaitsForTheAnswerUnderWay(Execution.Mode mode) throws Exception {
    int size = 8 << 20;
    var stage = open(mode);
    CompletableFuture<Void> flushing = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              connection.writer().writeBinary(new byte[size]);
              flushing.complete(null);
              connection.writer().flush();
            });
    SocketChannel peer = stage.peer(server);
    peer.write(ByteBuffer.allocate(1));
    flushing.get(20, TimeUnit.SECONDS);
    Background<byte[]> reader =
        Background.start(() -> Channels.newInputStream(peer).readAllBytes());

    assertThat(server.loop().shutdown(ConnectionStage.PATIENCE).clean()).isTrue();
    assertThat(reader.get()).hasSize(size);
  }
}
