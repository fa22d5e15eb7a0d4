package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.testkit.LeakCheck;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hunt for lost wake-ups of callers that block on the client side, while their server answers in
 * random pieces with random pauses. The callers wait without a timeout, so an answer that does not
 * come is found.
 *
 * <p>{@code -Dnetpoll.it.huntRequests=10000000} makes it long.
 */
@ExtendWith(LeakCheck.class)
class LostCallerTest {
  private static final int CALLERS = 32;
  private static final int FRAMES =
      Math.toIntExact(Long.getLong("netpoll.it.huntRequests", 10_000) / CALLERS);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A client, whether its callers are virtual threads, and whether its loop may be lent. */
  record Callers(Setting client, boolean virtual, boolean lent) {
    ExecutorService threads() throws ReflectiveOperationException {
      if (virtual) {
        // Compiled for Java 17, which lacks it.
        return (ExecutorService)
            Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      }
      return Executors.newFixedThreadPool(CALLERS);
    }

    PollerGroup group() throws PollerUnavailableException {
      System.setProperty("io.netpoll.lendLoops", Boolean.toString(lent));
      try {
        return PollerGroup.builder()
            .name("callers")
            .backend(client.backend())
            .execution(client.execution())
            .loops(lent ? 1 : 2)
            .build();
      } finally {
        System.clearProperty("io.netpoll.lendLoops");
      }
    }
  }

  static List<Callers> callers() {
    List<Callers> all = new ArrayList<>();
    for (Setting setting : Setting.all()) {
      all.add(new Callers(setting, false, false));
      if (Runtime.version().feature() >= 21) {
        all.add(new Callers(setting, true, false));
        all.add(new Callers(setting, true, true));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("callers")
  @Timeout(3600)
  void everyCallerGetsItsAnswers(Callers callers) throws Exception {
    long seed = System.nanoTime();
    ExecutorService threads = callers.threads();
    try (PiecewiseEcho server = new PiecewiseEcho(seed);
        PollerGroup group = callers.group()) {
      Dialer dialer = Dialer.builder().group(group).build();
      List<HuntingCaller> hunters = new ArrayList<>();
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Connection connection =
            dialer.connectTcp(null, (InetSocketAddress) server.address(), PATIENCE);
        hunters.add(new HuntingCaller(i, FRAMES, seed, connection));
      }
      hunters.forEach(hunter -> results.add(threads.submit(hunter)));
      for (Future<Integer> result : results) {
        assertThat(await(result, hunters)).isEqualTo(FRAMES);
      }
    } catch (AssertionError e) {
      throw new AssertionError(callers + ", seed " + seed + ": " + e.getMessage(), e);
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static int await(Future<Integer> result, List<HuntingCaller> hunters) throws Exception {
    while (true) {
      try {
        return result.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        for (HuntingCaller hunter : hunters) {
          if (hunter.overdueNanos() > PATIENCE.toNanos()) {
            throw new AssertionError("Stalled: " + hunter + ".", e);
          }
        }
      }
    }
  }
}
