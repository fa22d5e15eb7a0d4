package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.DetachedSocket;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections whose sockets are taken back, with the bytes that nobody read. */
abstract class TakeBackContract extends ConnectionSuite {
  private static final int RACES = 100;

  private final CompletableFuture<DetachedSocket> detached = new CompletableFuture<>();
  private final List<String> events = new CopyOnWriteArrayList<>();

  /** Reads one byte, and detaches with the rest unread. */
  private final OnRequest detaching =
      connection -> {
        connection.reader().readByte();
        pass(connection.detach());
      };

  @BeforeEach
  void connectionsCanBeDetached() {
    assumeNoFilter("A connection with a filter cannot be detached.");
  }

  private void pass(CompletionStage<DetachedSocket> stage) {
    stage.whenComplete(
        (socket, failure) -> {
          if (failure == null) {
            detached.complete(socket);
          } else {
            detached.completeExceptionally(failure);
          }
        });
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static ConnectionClosedException failure(CompletionStage<?> stage) throws Exception {
    try {
      throw new AssertionError("It did not fail, but gave " + get(stage));
    } catch (ExecutionException e) {
      return (ConnectionClosedException) e.getCause();
    }
  }

  private static SocketPair pair(SocketChannel peer) {
    return new SocketPair(new RecordingEndpoint(), peer);
  }

  /** Adopts a detached socket, as what its backend knows it by. */
  private Connection adopt(EventLoop server, ConnectionStage stage, DetachedSocket socket)
      throws IOException {
    return provider().adoptsDescriptors()
        ? server.adopt(stage.group, socket.descriptor())
        : server.adopt(stage.group, socket.channel());
  }

  @ParameterizedTest
  @MethodSource("settings")
  void theSocketComesBack_withWhatNobodyRead_andCanBeAdopted(Setting setting) throws Exception {
    var stage = open(setting.mode());
    var server =
        stage.serve(
            setting.kind(),
            detaching,
            options ->
                options
                    .onPrepare(c -> c.addCloseCallback(closed -> events.add("closed")))
                    .onDisconnect(c -> events.add("disconnect")));
    SocketPair client = pair(stage.peer(server));
    client.peerSends("xunread");
    DetachedSocket socket = get(detached);
    assertThat(events).containsExactly("closed");
    assertThat(socket.remoteAddress()).isEqualTo(client.peer().getLocalAddress());
    assertThat(socket.localAddress()).isEqualTo(server.address());
    Eventually.holds("the server is without it", () -> server.loop().connections() == 0);
    Eventually.holds("the group, too", () -> stage.group.connections() == 0);

    Reader unread = socket.unread();
    String rest = unread.readString(unread.length());
    unread.release();
    assertThat("unread").startsWith(rest);
    EventLoop next = stage.build(EventLoop.builder(ECHO));
    adopt(next, stage, socket);
    socket.close();
    client.peerSends("more");
    String expected = "unread".substring(rest.length()) + "more";
    assertThat(client.peerReads(expected.length())).isEqualTo(expected);
    next.shutdown(ConnectionStage.PATIENCE);
  }

  @ParameterizedTest
  @EnumSource
  void itIsTakenOnce_asWhatTheBackendKnowsItBy(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    SocketPair client = pair(stage.peer(stage.serve(SocketKind.TCP, detaching)));
    client.peerSends("x");
    DetachedSocket socket = get(detached);
    if (provider().adoptsDescriptors()) {
      assertThatThrownBy(socket::channel)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("descriptor");
      EventLoop next = stage.build(EventLoop.builder(ECHO));
      next.adopt(stage.group, socket.descriptor());
      assertThatThrownBy(socket::descriptor)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("given away");
      next.shutdown(ConnectionStage.PATIENCE);
    } else {
      assertThatThrownBy(socket::descriptor)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("channel");
      SocketChannel channel = stage.keep(socket.channel());
      assertThat(channel.isRegistered()).isFalse();
      channel.configureBlocking(true);
      client.peerSends("hello");
      assertThat(pair(channel).peerReads(5)).isEqualTo("hello");
      assertThatThrownBy(socket::channel).isInstanceOf(IllegalStateException.class);
      socket.close();
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void oneThatIsNotTakenIsResetByItsClose() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    SocketPair client = pair(stage.peer(stage.serve(SocketKind.TCP, detaching)));
    client.peerSends("x");
    get(detached).close();
    assertThatThrownBy(() -> client.peerReads(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> adopt(stage.build(EventLoop.builder(ECHO)), stage, get(detached)))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void flushedOutputLeavesFirst_alsoWhereThePeerReadsLate(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    int size = 4 << 20;
    SocketPair client =
        pair(
            stage.peer(
                stage.serve(
                    SocketKind.prompt(provider()),
                    connection -> {
                      connection.reader().readByte();
                      connection.writer().writeString("a".repeat(size));
                      connection.writer().flush();
                      connection.writer().writeString("not flushed");
                      pass(connection.detach());
                      assertThatThrownBy(connection.writer()::flush)
                          .isInstanceOf(ConnectionClosedException.class);
                    },
                    options -> options.outputHighWaterMark(2 * size))));
    client.peerSends("x");
    assertThat(client.peerReads(size / 2)).hasSize(size / 2);
    assertThat(client.peerReads(size - size / 2)).hasSize(size - size / 2);
    get(detached).unread().close();
    get(detached).close();
    assertThatThrownBy(() -> assertThat(client.peerReads(1)).isEqualTo("n"))
        .isInstanceOfAny(IOException.class, AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void waitingReadersFail_alsoTheHandler(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CompletableFuture<Connection> waiting = new CompletableFuture<>();
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              waiting.complete(connection);
              try {
                connection.reader().next(100);
              } catch (ConnectionClosedException e) {
                failed.complete(e);
              }
            });
    SocketPair client = pair(stage.peer(server));
    client.peerSends("too few");
    DetachedSocket socket = get(get(waiting).detach());
    assertThat(get(failed)).hasMessageContaining("detached");
    assertThat(socket.unread().readString(7)).isEqualTo("too few");
    socket.unread().close();
    socket.close();

    var echo = stage.serve(SocketKind.TCP, ECHO);
    Connection dialled = stage.dial(echo.address());
    Background<Byte> reader = Background.start(() -> dialled.reader().readByte());
    reader.awaitWaiting();
    get(dialled.detach()).close();
    assertThat(reader.failure()).isInstanceOf(ConnectionClosedException.class);
    assertThatThrownBy(() -> dialled.writer().flush())
        .isInstanceOf(ConnectionClosedException.class)
        .hasMessageContaining("this side has detached");
    assertThatThrownBy(() -> dialled.setIdleTimeout(Duration.ofSeconds(1)))
        .isInstanceOf(ConnectionClosedException.class);
  }

  @Test
  void anEndedConnectionHasNothingToGive() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    var server = stage.serve(SocketKind.TCP, ECHO);
    Connection closed = stage.dial(server.address());
    closed.close();
    assertThat(failure(closed.detach()).side()).isEqualTo(Side.LOCAL);
    Connection twice = stage.dial(server.address());
    CompletionStage<DetachedSocket> first = twice.detach();
    assertThat(failure(twice.detach())).hasMessageContaining("this side has detached");
    twice.close();
    get(first).close();
  }

  @Test
  void afterThePeersEnd_theSocketComesBack_andItsEndIsFoundAgain() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    CompletableFuture<Connection> ended = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {},
            options -> options.halfClose(true).onDisconnect(ended::complete));
    SocketPair client = pair(stage.peer(server));
    client.peerSends("last");
    client.peer().shutdownOutput();
    DetachedSocket socket = get(get(ended).detach());
    assertThat(socket.unread().readString(4)).isEqualTo("last");
    socket.unread().close();
    CompletableFuture<String> told = new CompletableFuture<>();
    EventLoop next =
        stage.build(EventLoop.builder(ECHO).onDisconnect(c -> told.complete("disconnect")));
    adopt(next, stage, socket);
    assertThat(get(told)).isEqualTo("disconnect");
    next.shutdown(ConnectionStage.PATIENCE);
  }

  @Test
  void abortWhileOutputWaits_failsTheDetaching() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    CompletableFuture<Connection> full = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().readByte();
              connection.writer().writeBinary(new byte[16 << 20]);
              connection.writer().flush();
              pass(connection.detach());
              full.complete(connection);
            },
            options -> options.outputHighWaterMark(32 << 20));
    SocketPair client = pair(stage.peer(server));
    client.peerSends("x");
    Connection connection = get(full);
    assertThat(detached).as("its output waits").isNotDone();
    connection.abort();
    assertThat(failure(detached)).hasMessageContaining("reset before its output had left");
    assertThatThrownBy(() -> client.peerReads(16 << 20)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void closingTheGroupEndsADetaching(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    for (int i = 0; i < 10; i++) {
      var server = stage.serve(SocketKind.TCP, ECHO);
      Connection connection = stage.dial(server.address());
      CompletionStage<DetachedSocket> stageOfSocket = connection.detach();
      if (i == 9) {
        stage.group.close();
      }
      assertEnds(stageOfSocket);
    }
  }

  /** It gives an open socket, which is closed, or fails. */
  private static boolean assertEnds(CompletionStage<DetachedSocket> stage) throws Exception {
    try {
      DetachedSocket socket = get(stage);
      socket.unread().close();
      socket.close();
      return true;
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(ConnectionClosedException.class);
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource
  void besideCloseAndReset_oneOfThemDecides(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    List<Connection> accepted = new CopyOnWriteArrayList<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> connection.reader().skip(connection.reader().length()),
            options ->
                options.onPrepare(
                    connection -> {
                      connection.addCloseCallback(closed -> events.add("closed"));
                      accepted.add(connection);
                    }));
    for (int i = 0; i < RACES; i++) {
      int number = i;
      SocketChannel peer = server.open();
      Eventually.holds("accepted", () -> accepted.size() == number + 1);
      Connection connection = accepted.get(i);
      CyclicBarrier start = new CyclicBarrier(2);
      Background<Void> other =
          Background.run(
              () -> {
                start.await();
                switch (number % 3) {
                  case 0 -> connection.close();
                  case 1 -> connection.abort();
                  default -> SocketKind.TCP.reset(peer);
                }
              });
      start.await();
      assertEnds(connection.detach());
      other.get();
      peer.close();
      Eventually.holds("it ended once", () -> events.size() == number + 1);
    }
    Eventually.holds("none is left", () -> server.loop().connections() == 0);
    Eventually.holds("in the group, too", () -> stage.group.connections() == 0);
    assertThat(events).hasSize(RACES);
  }
}
