package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.CloseCallback;
import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The callbacks of connections that were dialled: set with the dialer, before anything is read, or
 * after the peer has sent and closed.
 */
abstract class CallbackContract extends ConnectionSuite {
  private static final int GREETERS = 50;

  private final List<String> calls = new CopyOnWriteArrayList<>();

  private final OnRequest reading =
      connection -> calls.add(connection.reader().readString(connection.reader().length()));

  private CloseCallback noting(String name) {
    return closed -> calls.add(name);
  }

  private ServerSocketChannel listen(ConnectionStage stage, SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    return stage.keep(kind.listen(Files.createTempDirectory(directory, "greeter")));
  }

  /** A connection whose peer has sent "hello" and closed, as this side has seen. */
  private Connection closedByPeer(
      ConnectionStage stage, SocketKind kind, UnaryOperator<Dialer.Builder> options)
      throws IOException {
    ServerSocketChannel server = listen(stage, kind);
    Connection connection = stage.dial(server.getLocalAddress(), options);
    try (SocketChannel peer = server.accept()) {
      peer.write(StandardCharsets.US_ASCII.encode("hello"));
    }
    Eventually.holds("the end is seen", () -> !connection.isActive());
    return connection;
  }

  /** A later callback is called after the handler, if that is called at all. */
  private void awaitLaterCallback(Connection connection) {
    connection.addCloseCallback(noting("last"));
    Eventually.holds("the last is called", () -> calls.contains("last"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void oneSetAfterThePeerHasClosed_seesWhatCame(Setting setting) throws Exception {
    var stage = open(setting.mode());
    Connection connection = closedByPeer(stage, setting.kind(), options -> options);
    connection.addCloseCallback(noting("close"));
    Eventually.holds("it is closed", () -> calls.contains("close"));
    connection.setOnRequest(reading);
    awaitLaterCallback(connection);
    assertThat(calls).containsExactly("close", "hello", "last");
  }

  @ParameterizedTest
  @MethodSource("settings")
  void oneSetAfterThePeerHasClosed_seesWhatCame_withHalfCloseToo(Setting setting) throws Exception {
    var stage = open(setting.mode());
    Connection connection = closedByPeer(stage, setting.kind(), options -> options.halfClose(true));
    connection.addCloseCallback(noting("close"));
    connection.setOnRequest(reading);
    Eventually.holds("it is called", () -> calls.contains("hello"));
    connection.close();
    awaitLaterCallback(connection);
    assertThat(calls).containsExactly("hello", "close", "last");
  }

  @ParameterizedTest
  @EnumSource
  void oneSetAfterThisSideHasClosed_isNotCalled(Execution.Mode mode) throws Exception {
    for (Consumer<Connection> end :
        List.<Consumer<Connection>>of(Connection::close, Connection::abort)) {
      calls.clear();
      var stage = open(mode);
      Connection connection = closedByPeer(stage, SocketKind.TCP, options -> options);
      end.accept(connection);
      connection.setOnRequest(reading);
      awaitLaterCallback(connection);
      assertThat(calls).containsExactly("last");
      close();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void thoseOfTheDialer_missNothingOfAPeerThatSendsAndEndsAtOnce_andCanAnswer(Setting setting)
      throws Exception {
    var stage = open(setting.mode());
    ServerSocketChannel server = listen(stage, setting.kind());
    for (int i = 0; i < GREETERS; i++) {
      calls.clear();
      Background<String> answer = Background.start(() -> greet(server));
      Connection connection =
          stage.dial(
              server.getLocalAddress(),
              options ->
                  options
                      .onRequest(
                          asked -> {
                            reading.onRequest(asked);
                            asked.writer().writeString("hello yourself");
                            asked.writer().flush();
                          })
                      .onClose(noting("close 1")));
      connection.addCloseCallback(noting("close 2"));
      assertThat(answer.get()).isEqualTo("hello yourself");
      Eventually.holds("the last is called", () -> calls.contains("close 2"));
      assertThat(calls).containsExactly("hello", "close 1", "close 2");
    }
  }

  /** Greets a client, ends the output, and returns what the client answers until its end. */
  private static String greet(ServerSocketChannel server) throws IOException {
    try (SocketChannel peer = server.accept()) {
      peer.write(StandardCharsets.US_ASCII.encode("hello"));
      peer.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(64);
      while (peer.read(answer) >= 0) {
        // the rest of it
      }
      return StandardCharsets.US_ASCII.decode(answer.flip()).toString();
    }
  }

  @ParameterizedTest
  @EnumSource
  void thoseOfTheDialer_areNotCalledForADialThatFails(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    InetSocketAddress refusing = (InetSocketAddress) stage.keep(RefusingAddress.open()).address();
    assertThatThrownBy(
            () -> stage.dial(refusing, options -> options.onRequest(reading).onClose(noting("x"))))
        .isInstanceOf(ConnectException.class);
    stage.letTheLoopTurn();
    assertThat(calls).isEmpty();
  }
}
