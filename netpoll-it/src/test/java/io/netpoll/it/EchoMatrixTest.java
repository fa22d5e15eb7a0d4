package io.netpoll.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.InlineWaitException;
import io.netpoll.OnRequest;
import io.netpoll.ReadTimeoutException;
import io.netpoll.ShutdownReport;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server and its clients see through the public API, the same over every backend that can
 * run here and in every execution mode.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
class EchoMatrixTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  static Stream<Setting> waitingSettings() {
    return settings().filter(setting -> setting.execution().mode() != Execution.Mode.INLINE);
  }

  static Stream<Setting> inlineSettings() {
    return settings().filter(setting -> setting.execution().mode() == Execution.Mode.INLINE);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aSmallFrame_comesBack(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Connection client = stage.dial()) {
      Frames.exchange(client, "hello".getBytes(UTF_8));
      assertThat(client.remoteAddress()).isEqualTo(stage.listener().localAddress());
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void anEmptyFrame_comesBack(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Connection client = stage.dial()) {
      Frames.exchange(client, new byte[0]);
      Frames.exchange(client, new byte[1]);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void framesOfFiveMegabytes_comeBack(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Connection client = stage.dial()) {
      for (int i = 0; i < 3; i++) {
        Frames.exchange(client, Frames.payload(i, 5_000_000));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void overAUnixSocket_framesComeBack(Setting setting, @TempDir Path directory) throws Exception {
    try (Stage stage = Stage.unix(setting, setting.echo(), directory.resolve("echo.sock"));
        Connection client = stage.dial()) {
      for (int i = 0; i < 100; i++) {
        Frames.exchange(client, Frames.payload(i, i * 100));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHundredConnectionsAtOnce_eachGetTheirOwnBytes(Setting setting) throws Exception {
    try (Crew crew = new Crew();
        Stage stage = Stage.tcp(setting, setting.echo())) {
      for (int i = 0; i < 100; i++) {
        int number = i;
        crew.start(
            () -> {
              try (Connection client = stage.dial()) {
                for (int sequence = 0; sequence < 50; sequence++) {
                  Frames.exchange(client, Frames.payload(number * 1000 + sequence, 700));
                }
              }
            });
      }
      crew.join();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void framesThatArriveByteByByte_areEachAnsweredOnce(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Socket client = stage.socket()) {
      client.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(client.getInputStream());
      for (int i = 0; i < 5; i++) {
        byte[] payload = Frames.payload(i, 40);
        for (byte one : Frames.frame(payload)) {
          client.getOutputStream().write(one);
        }
        assertThat(in.readInt()).isEqualTo(payload.length);
        assertThat(in.readNBytes(payload.length)).isEqualTo(payload);
      }
      client.shutdownOutput();
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHundredFramesInOnePiece_areAnsweredInOrder(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Connection client = stage.dial()) {
      for (int i = 0; i < 100; i++) {
        byte[] payload = Frames.payload(i, 64);
        client.writer().writeInt(payload.length);
        client.writer().writeBinary(payload);
      }
      client.writer().flush();
      for (int i = 0; i < 100; i++) {
        Frames.expect(client, Frames.payload(i, 64));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void peerClosesAfterSending_handlerStillAnswers(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Socket client = stage.socket()) {
      byte[] payload = Frames.payload(1, 100_000);
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      out.write(Frames.frame(payload));
      out.flush();
      client.shutdownOutput();
      DataInputStream in = new DataInputStream(client.getInputStream());
      assertThat(in.readInt()).isEqualTo(payload.length);
      assertThat(in.readNBytes(payload.length)).isEqualTo(payload);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHandlerThatThrows_closesItsOwnConnectionOnly(Setting setting) throws Exception {
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          if (connection.reader().request(5) && connection.reader().peek(5).get(4) == '!') {
            throw new IllegalStateException("thrown on purpose by a test");
          }
          echo.onRequest(connection);
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Connection good = stage.dial();
        Connection bad = stage.dial()) {
      Frames.exchange(good, "before".getBytes(UTF_8));
      Frames.exchange(bad, "before".getBytes(UTF_8));
      bad.writer().writeInt(1);
      bad.writer().writeByte('!');
      bad.writer().flush();
      assertThatThrownBy(() -> bad.reader().readInt())
          .isInstanceOf(ConnectionClosedException.class);
      Frames.exchange(good, "after".getBytes(UTF_8));
      try (Connection another = stage.dial()) {
        Frames.exchange(another, "after".getBytes(UTF_8));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aClientThatWaitsTooLong_getsAReadTimeoutAndStaysUsable(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, setting.echo());
        Connection client = stage.dial()) {
      client.setReadTimeout(Duration.ofMillis(50));
      assertThatThrownBy(() -> client.reader().readInt()).isInstanceOf(ReadTimeoutException.class);
      assertThat(client.isActive()).isTrue();
      client.setReadTimeout(PATIENCE);
      Frames.exchange(client, "still here".getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void aHandlerThatWaitsTooLong_getsAReadTimeoutAndItsConnectionCloses(Setting setting)
      throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    OnRequest handler =
        connection -> {
          connection.setReadTimeout(Duration.ofMillis(50));
          try {
            connection.reader().next(connection.reader().readInt());
            thrown.complete(new AssertionError("The frame was never completed."));
          } catch (IOException e) {
            thrown.complete(e);
            throw e;
          }
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Connection client = stage.dial()) {
      client.writer().writeInt(1000);
      client.writer().flush();
      assertThat(thrown.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ReadTimeoutException.class);
      assertThatThrownBy(() -> client.reader().readByte())
          .isInstanceOf(ConnectionClosedException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("inlineSettings")
  void anInlineHandlerThatWouldWait_isToldSoAndLosesNothing(Setting setting) throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          if (!thrown.isDone()) {
            try {
              connection.reader().next(1 << 20);
              thrown.complete(new AssertionError("So many bytes were never sent."));
            } catch (InlineWaitException e) {
              thrown.complete(e);
            }
          }
          echo.onRequest(connection);
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Connection client = stage.dial()) {
      Frames.exchange(client, "whole".getBytes(UTF_8));
      assertThat(thrown.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(InlineWaitException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shutdownUnderLoad_endsEveryConnectionInOrder(Setting setting) throws Exception {
    int clients = 20;
    CountDownLatch busy = new CountDownLatch(clients);
    try (Crew crew = new Crew();
        Stage stage = Stage.tcp(setting, setting.echo())) {
      for (int i = 0; i < clients; i++) {
        int number = i;
        crew.start(
            () -> {
              try (Socket client = stage.socket()) {
                Frames.exchangeUntilClosed(client, number, busy::countDown);
              }
            });
      }
      assertThat(busy.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(stage.server().connections()).isEqualTo(clients);
      assertThat(stage.server().shutdown(PATIENCE)).isEqualTo(new ShutdownReport(clients, 0));
      assertThat(stage.server().connections()).isZero();
      assertThat(stage.listener().isOpen()).isFalse();
      crew.join();
    }
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void aRequestThatRunsAtShutdown_isAnsweredFirst(Setting setting) throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          running.countDown();
          goOn.await();
          echo.onRequest(connection);
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Connection client = stage.dial()) {
      byte[] payload = Frames.payload(1, 1000);
      Frames.send(client, payload);
      running.await();
      CompletableFuture<ShutdownReport> report =
          CompletableFuture.supplyAsync(() -> stage.server().shutdown(PATIENCE));
      while (stage.listener().isOpen()) {
        Thread.onSpinWait();
      }
      goOn.countDown();
      Frames.expect(client, payload);
      assertThat(report.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(new ShutdownReport(1, 0));
    }
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void aRequestThatOutlastsTheDeadline_isReset(Setting setting) throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OnRequest handler =
        connection -> {
          running.countDown();
          goOn.await();
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Connection client = stage.dial()) {
      Frames.send(client, new byte[1]);
      running.await();
      assertThat(stage.server().shutdown(Duration.ofMillis(50)))
          .isEqualTo(new ShutdownReport(0, 1));
      assertThatThrownBy(() -> client.reader().readByte()).isInstanceOf(IOException.class);
      goOn.countDown();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void callbacks_comeInOrderAndOnce(Setting setting) throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    CompletableFuture<List<String>> closed = new CompletableFuture<>();
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          calls.add("request");
          echo.onRequest(connection);
        };
    try (Stage stage =
        Stage.tcp(
            setting,
            handler,
            builder ->
                builder
                    .onPrepare(
                        connection -> {
                          calls.add("prepare");
                          connection.attach("attached");
                          connection.addCloseCallback(
                              same -> {
                                calls.add("closed " + same.attachment(String.class));
                                closed.complete(List.copyOf(calls));
                              });
                        })
                    .onConnect(connection -> calls.add("connect"))
                    .onDisconnect(connection -> calls.add("disconnect")))) {
      try (Connection client = stage.dial()) {
        Frames.exchange(client, new byte[10]);
      }
      assertThat(closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .containsExactly("prepare", "connect", "request", "disconnect", "closed attached");
    }
  }
}
