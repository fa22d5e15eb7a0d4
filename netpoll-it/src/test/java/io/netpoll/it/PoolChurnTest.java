package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.AcquireTimeoutException;
import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionPool;
import io.netpoll.ConnectionPool.Counts;
import io.netpoll.ConnectionPool.Lease;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.PollerGroup;
import io.netpoll.ReadTimeoutException;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pool whose server closes connections at random, under many callers. */
@ExtendWith(LeakCheck.class)
class PoolChurnTest {
  private static final int CALLERS = 64;
  private static final int REQUESTS = 100;
  private static final int CONNECTIONS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Where handlers run makes no difference to callers outside; one mode for each backend. */
  static List<Setting> settings() {
    return Setting.all().stream()
        .filter(setting -> setting.execution().mode() == Execution.Mode.ADAPTIVE)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("settings")
  @Timeout(120)
  void noCallerGetsAConnectionThatWasClosedARoundTripBefore(Setting setting) throws Exception {
    long seed = System.nanoTime();
    try (ChurningServer server = new ChurningServer(seed);
        Crew crew = new Crew();
        PollerGroup group = group(setting)) {
      Dialer dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
      RoundTrip roundTrip = new RoundTrip(dialer.connect("tcp", server.address(), PATIENCE));
      ConnectionPool pool =
          ConnectionPool.builder("tcp", server.address())
              .dialer(dialer)
              .maxConnections(CONNECTIONS)
              .acquireTimeout(PATIENCE)
              .build();
      AtomicInteger answered = new AtomicInteger();
      for (int i = 0; i < CALLERS; i++) {
        crew.start(
            () -> {
              for (int request = 0; request < REQUESTS; request++) {
                callOnce(server, roundTrip, pool, answered);
              }
            });
      }
      crew.join();
      assertThat(server.closings()).isPositive();
      assertThat(answered.get()).isBetween(CALLERS * REQUESTS / 2, CALLERS * REQUESTS);
      assertThat(pool.counts().leased()).isZero();
      assertThat(pool.counts().waiting()).isZero();
      assertThat(pool.close(PATIENCE)).isTrue();
      roundTrip.connection.close();
      Eventually.holds("all are closed", () -> group.connections() == 0);
      assertThat(pool.counts()).isEqualTo(new Counts(0, 0, 0, 0));
    } catch (AssertionError e) {
      throw new AssertionError(setting + ", seed " + seed + ": " + e.getMessage(), e);
    }
  }

  private static PollerGroup group(Setting setting) throws IOException {
    return PollerGroup.builder()
        .name("churn")
        .backend(setting.backend())
        .execution(setting.execution())
        .loops(1) // so that a round trip passes all that came before it
        .build();
  }

  private static void callOnce(
      ChurningServer server, RoundTrip roundTrip, ConnectionPool pool, AtomicInteger answered)
      throws IOException {
    long closedBefore = server.closings();
    roundTrip.make();
    long start = System.nanoTime();
    try (Lease lease = pool.acquire()) {
      ask(server, lease.connection(), closedBefore);
      answered.incrementAndGet();
    } catch (AcquireTimeoutException | ReadTimeoutException late) {
      throw late;
    } catch (IOException closedMeanwhile) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE.toNanos());
    }
  }

  private static void ask(ChurningServer server, Connection connection, long closedBefore)
      throws IOException {
    try {
      connection.writer().writeByte('x');
      connection.writer().flush();
      assertThat(connection.reader().readByte()).isEqualTo((byte) 'x');
    } catch (ConnectionClosedException e) {
      if (server.closingOf(connection.localAddress()) <= closedBefore) {
        throw new AssertionError(connection + " had been closed more than a round trip before.", e);
      }
      throw e;
    }
  }

  /**
   * A connection on the loop of all others that the server spares. When an answer comes back on it,
   * what the server closed before is in the same batch of events or an earlier one; when the next
   * answer comes, that batch has been used up.
   */
  private static final class RoundTrip {
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    RoundTrip(Connection connection) {
      this.connection = connection;
    }

    void make() throws IOException {
      lock.lock();
      try {
        for (int i = 0; i < 2; i++) {
          connection.writer().writeByte(ChurningServer.SPARED);
          connection.writer().flush();
          connection.reader().readByte();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
