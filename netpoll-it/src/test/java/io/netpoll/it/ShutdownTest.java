package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that start, come under load, and shut down, again and again: at the same port, on one
 * group. The system property {@code netpoll.it.rounds} sets how often.
 */
@ExtendWith(LeakCheck.class)
@Timeout(600)
class ShutdownTest {
  private static final int ROUNDS = Integer.getInteger("netpoll.it.rounds", 5);
  private static final int CLIENTS = 8;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyRoundEndsInItsDeadline_withNoAnswerCutShort(Setting setting) throws Exception {
    try (PollerGroup group =
        PollerGroup.builder()
            .backend(setting.backend())
            .execution(setting.execution())
            .loops(2)
            .build()) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", 0);
      for (int round = 0; round < ROUNDS; round++) {
        Listener listener = Listener.builder().group(group).bind(address);
        address = (InetSocketAddress) listener.localAddress();
        serveAndShutDown(setting, listener, address);
        Eventually.holds("the group is empty", () -> group.connections() == 0);
      }
    }
  }

  private static void serveAndShutDown(
      Setting setting, Listener listener, InetSocketAddress address) throws Exception {
    EventLoop server = EventLoop.builder(setting.echo()).build();
    server.start(listener);
    CountDownLatch busy = new CountDownLatch(CLIENTS);
    try (Crew crew = new Crew()) {
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        crew.start(() -> load(address, number, busy));
      }
      assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
      long start = System.nanoTime();
      assertThat(server.shutdown(DEADLINE)).isEqualTo(new ShutdownReport(CLIENTS, 0));
      assertThat(System.nanoTime() - start).isLessThan(DEADLINE.toNanos());
      crew.join();
    }
  }

  private static void load(InetSocketAddress address, int number, CountDownLatch busy)
      throws IOException {
    try (Socket client = new Socket(address.getAddress(), address.getPort())) {
      client.setSoTimeout(20_000);
      Frames.exchangeUntilClosed(client, number, busy::countDown);
    }
  }
}
