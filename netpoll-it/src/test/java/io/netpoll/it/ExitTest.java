package io.netpoll.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that shuts down by itself when its process is told to exit. */
@Timeout(120)
class ExitTest {
  private static final int SIGTERM_CODE = 128 + 15;

  static Stream<String> backends() {
    return Setting.all().stream().map(Setting::backend).distinct();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRequestThatRunsAtExit_isAnswered(String backend) throws Exception {
    List<String> command =
        List.of("-cp", System.getProperty("java.class.path"), Server.class.getName(), backend);
    try (Program server = Program.java(command);
        Socket client =
            new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(server.firstLine()))) {
      client.getOutputStream().write('?');
      assertThat(client.getInputStream().read()).as("the request runs").isEqualTo('r');
      server.terminate();
      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("answer");
      assertThat(server.outcome().code()).isEqualTo(SIGTERM_CODE);
    }
  }

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHandlerThatNeverReturns_keepsTheProcessNoLongerThanTheDeadline(Setting setting)
      throws Exception {
    try (Program server = stuckServer(setting);
        Socket client = ask(server, 'h')) {
      server.terminate();
      assertThat(server.outcome().code()).isEqualTo(SIGTERM_CODE);
      assertEnds(client);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHandlerThatExits_endsTheProcess(Setting setting) throws Exception {
    try (Program server = stuckServer(setting);
        Socket client = ask(server, 'e')) {
      assertThat(server.outcome().code()).isEqualTo(StuckServer.CODE);
      assertEnds(client);
    }
  }

  private static Program stuckServer(Setting setting) throws IOException {
    return Program.java(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            StuckServer.class.getName(),
            setting.backend(),
            setting.execution().mode().label()));
  }

  private static Socket ask(Program server, char what) throws Exception {
    Socket client =
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(server.firstLine()));
    client.getOutputStream().write(what);
    server.awaitLine(StuckServer.RUNS);
    return client;
  }

  private static void assertEnds(Socket client) throws IOException {
    try {
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException reset) {
      // That is an end, too.
    }
  }

  /** Prints its port; its handler never returns for {@code h}, and exits for {@code e}. */
  static final class StuckServer {
    static final int CODE = 7;
    static final String RUNS = "the handler runs";

    private StuckServer() {}

    public static void main(String[] arguments) throws Exception {
      Listener listener =
          Listener.builder()
              .group(
                  PollerGroup.builder()
                      .backend(arguments[0])
                      .execution(Setting.execution(arguments[1]))
                      .loops(1)
                      .build())
              .bind("tcp", "127.0.0.1:0");
      EventLoop.builder(
              connection -> {
                byte what = connection.reader().readByte();
                System.out.println(RUNS);
                if (what == 'e') {
                  System.exit(CODE);
                }
                while (true) {
                  LockSupport.park();
                }
              })
          .shutdownOnExit(Duration.ofSeconds(1))
          .build()
          .start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      Thread.currentThread().join();
    }
  }

  /** Prints its port; its handler says that it runs, and answers once the listener is closed. */
  static final class Server {
    private Server() {}

    public static void main(String[] arguments) throws Exception {
      Listener listener =
          Listener.builder()
              .group(PollerGroup.builder().backend(arguments[0]).build())
              .bind("tcp", "127.0.0.1:0");
      EventLoop.builder(
              connection -> {
                connection.reader().readByte();
                connection.writer().writeByte('r');
                connection.writer().flush();
                while (listener.isOpen()) {
                  Thread.onSpinWait();
                }
                connection.writer().writeString("answer");
                connection.writer().flush();
              })
          .shutdownOnExit(Duration.ofSeconds(20))
          .build()
          .start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      Thread.currentThread().join();
    }
  }
}
