package io.netpoll.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests and answers: few, empty, many, from many threads, on connections that come and go. */
abstract class EchoContract extends ConnectionSuite {
  private static final int THREADS = 8;
  private static final int TASKS = 10_000;

  @ParameterizedTest
  @MethodSource("settings")
  void whatWasSentComesBack_andBothSidesKnowTheirAddresses(Setting setting) throws Exception {
    var stage = open(setting.mode());
    SocketAddress[] seen = new SocketAddress[1];
    var server =
        stage.serve(
            setting.kind(),
            connection -> {
              seen[0] = connection.remoteAddress();
              ECHO.onRequest(connection);
            });
    Connection client = stage.dial(server.address());
    for (String text : List.of("hello", "a", "x".repeat(100_000))) {
      client.writer().writeString(text);
      client.writer().flush();
      assertThat(client.reader().readString(text.length())).isEqualTo(text);
      client.reader().release();
    }
    assertThat(client.remoteAddress()).isEqualTo(server.address());
    assertThat(seen[0]).isEqualTo(client.localAddress());
  }

  @ParameterizedTest
  @EnumSource
  void readsAndWritesOfNothing_waitForNothing_andChangeNothing(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              doNothing(connection);
              ECHO.onRequest(connection);
            });
    Connection client = stage.dial(server.address());
    doNothing(client);
    client.writer().writeString("still works");
    client.writer().flush();
    assertThat(client.reader().readString(11)).isEqualTo("still works");
    doNothing(client);
  }

  private static void doNothing(Connection connection) throws IOException {
    Reader in = connection.reader();
    assertThat(in.next(0).remaining()).isZero();
    assertThat(in.peek(0).remaining()).isZero();
    assertThat(in.readBinary(0)).isEmpty();
    assertThat(in.readString(0)).isEmpty();
    assertThat(in.readTo(ByteBuffer.allocate(0))).isZero();
    assertThat(in.request(0)).isTrue();
    in.skip(0);
    in.slice(0).close();
    Writer out = connection.writer();
    out.malloc(0);
    out.writeBinary(new byte[0]);
    out.writeBinary(ByteBuffer.allocate(0));
    out.append(ByteBuffer.allocateDirect(0));
    out.writeString("");
    assertThat(out.mallocLength()).isZero();
    out.flush();
  }

  @ParameterizedTest
  @EnumSource
  void tenThousandRequestsFromEightThreads_areEachAnswered(Execution.Mode mode) throws Exception {
    int window = 25;
    var stage = open(mode, 2);
    var server = stage.serve(SocketKind.prompt(provider()), ECHO);
    List<Background<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Connection client = stage.dial(server.address());
      long mark = (long) i << 32;
      threads.add(
          Background.run(
              () -> {
                for (int first = 0; first < TASKS / THREADS; first += window) {
                  for (int n = first; n < first + window; n++) {
                    client.writer().writeLong(mark | n);
                    client.writer().flush();
                  }
                  for (int n = first; n < first + window; n++) {
                    assertThat(client.reader().readLong()).isEqualTo(mark | n);
                  }
                  client.reader().release();
                }
              }));
    }
    for (Background<Void> thread : threads) {
      thread.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tenThousandHandlersSetByEightThreads_theLastIsShownWhatIsBuffered(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    stage.allowFor(TASKS);
    var server = stage.serve(SocketKind.TCP, ECHO);
    Connection client = stage.dial(server.address());
    client.writer().writeString("x");
    client.writer().flush();
    assertThat(client.reader().peek(1).get(0)).isEqualTo((byte) 'x');
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    List<Background<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(
          Background.run(
              () -> {
                for (int n = 0; n < TASKS / THREADS; n++) {
                  client.setOnRequest(
                      connection -> {
                        if (inside.incrementAndGet() > 1) {
                          overlapped.set(true);
                        }
                        inside.decrementAndGet();
                      });
                }
              }));
    }
    for (Background<Void> thread : threads) {
      thread.get();
    }
    AtomicInteger shown = new AtomicInteger();
    client.setOnRequest(connection -> shown.set(connection.reader().length()));
    Eventually.holds("the last handler is shown the byte", () -> shown.get() == 1);
    assertThat(overlapped).isFalse();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void connectionsThatComeAndGo_neverSeeEachOthersBytes(Setting setting) throws Exception {
    var stage = open(setting.mode());
    var server = stage.serve(setting.kind(), ECHO);
    List<Background<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "thread " + i;
      threads.add(
          Background.run(
              () -> {
                for (int n = 0; n < 40; n++) {
                  comeAndGo(stage, server.address(), name + " connection " + n, n);
                }
              }));
    }
    for (Background<Void> thread : threads) {
      thread.get();
    }
    Eventually.holds("all are gone", () -> stage.group.connections() == 0);
  }

  /** Leaves one answer on the way, so that a late event meets whoever has the descriptor next. */
  private static void comeAndGo(ConnectionStage stage, SocketAddress address, String own, int n)
      throws IOException {
    byte[] bytes = own.getBytes(UTF_8);
    Connection client = stage.dial(address);
    client.writer().writeBinary(bytes);
    client.writer().flush();
    assertThat(client.reader().readBinary(bytes.length)).isEqualTo(bytes);
    client.writer().writeBinary(bytes);
    client.writer().flush();
    if (n % 2 == 0) {
      client.close();
    } else {
      client.abort();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void outOfDescriptors_establishedConnectionsGoOn_andAcceptingRecovers(Execution.Mode mode)
      throws Exception {
    assumeNoFilter("The process makes connections without one.");
    String provider = provider().getClass().getName();
    assertThat(LimitedProcess.run(ServerShortOfDescriptors.class, directory, provider, mode.name()))
        .containsExactly(
            "accepted connections go on",
            "dialled connections go on: 42",
            "no further one can be dialled",
            "served later: late",
            "served again");
  }
}
