package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.AtLimit;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients can make a server log, at the levels that are on by default: little. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class LogTest {
  private static final Logger LIBRARY = Logger.getLogger("io.netpoll");

  /** As {@code io.netpoll.internal.LogLimit} says. */
  private static final long LOGGED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler collecting =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  @BeforeEach
  void collect() {
    LIBRARY.addHandler(collecting);
  }

  @AfterEach
  void stop() {
    LIBRARY.removeHandler(collecting);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aHundredRefusals_areLoggedOnceInTenSeconds(Setting setting) throws Exception {
    long start = System.nanoTime();
    try (Stage stage =
            Stage.tcp(
                setting, setting.echo(), options -> options.maxConnections(1, AtLimit.REFUSE));
        Socket admitted = stage.socket()) {
      Frames.exchangeOnce(admitted, Frames.payload(1, 10));
      for (int i = 0; i < 100; i++) {
        dialRefused(stage);
      }
      Eventually.holds(
          "all are refused", () -> stage.server().refusals().overMaxConnections() == 100);
    }
    long periods = 1 + (System.nanoTime() - start) / LOGGED_EVERY_NANOS;
    assertThat((long) refusals().size()).isBetween(1L, periods);
    assertThat(refusals().get(0)).contains("127.0.0.1:", "maxConnections is 1");
  }

  private static void dialRefused(Stage stage) throws IOException {
    try {
      stage.socket().close();
    } catch (SocketException refused) {
      // The reset was faster than the end of connect.
    }
  }

  private List<String> refusals() {
    return logged.stream().filter(message -> message.contains("is refused")).toList();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aPeersReset_isNotLogged(Setting setting) throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Stage stage =
        Stage.tcp(
            setting,
            setting.echo(),
            options ->
                options.onPrepare(
                    connection -> connection.addCloseCallback(gone -> closed.countDown())))) {
      resetInTheMiddleOfAFrame(stage);
      closed.await();
    }
    assertThat(logged).noneMatch(message -> message.contains("connection"));
  }

  private static void resetInTheMiddleOfAFrame(Stage stage) throws IOException {
    try (Socket client = stage.socket()) {
      Frames.exchangeOnce(client, Frames.payload(1, 10));
      client.getOutputStream().write(new byte[] {0, 0, 1});
      client.setSoLinger(true, 0);
    }
  }
}
