package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.DialTimeoutException;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.PollerGroup;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dials and acquisitions that wait when their group is closed, or its poller breaks. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class GroupEndTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final InetSocketAddress HOLE = new InetSocketAddress("127.0.0.1", 9);

  private final CountDownLatch lookingUp = new CountDownLatch(1);
  private final CountDownLatch lookedUp = new CountDownLatch(1);
  private PollerGroup group;
  private Dialer dialer;

  /** What ends the group's only loop. */
  enum End {
    CLOSE {
      @Override
      void of(PollerGroup group) {
        group.close();
      }
    },
    BREAK_FOR_GOOD {
      @Override
      void of(PollerGroup group) {
        FakeNetwork.failNext(Fault.OPEN, "Too many open files");
        BREAK.of(group);
      }
    },
    BREAK {
      @Override
      void of(PollerGroup group) {
        FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
        Eventually.holds("a poller has failed", () -> !FakeNetwork.isPlanned(Fault.POLL));
      }
    };

    abstract void of(PollerGroup group);
  }

  @BeforeEach
  void open() throws Exception {
    FakeNetwork.blackHole(HOLE);
    group = PollerGroup.builder().backend("fake").loops(1).execution(Execution.adaptive()).build();
    dialer = Dialer.builder().group(group).resolver(this::neverFound).build();
  }

  @AfterEach
  void close() {
    lookedUp.countDown();
    group.close();
  }

  private List<InetAddress> neverFound(String host) throws Exception {
    lookingUp.countDown();
    lookedUp.await();
    return List.of(InetAddress.getLoopbackAddress());
  }

  private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
    try {
      throw new AssertionError("it succeeded: " + future.get(20, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatIsNotAnsweredFails(End end) throws Exception {
    CompletableFuture<Connection> dial = dialer.connectAsync("tcp", "127.0.0.1:9", LONG);
    Eventually.holds("it is under way", () -> group.connections() == 1);
    end.of(group);
    assertThat(failureOf(dial)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource(names = "BREAK", mode = EnumSource.Mode.EXCLUDE)
  void aDialWhoseNameIsBeingLookedUpFails_withTheReason(End end) throws Exception {
    CompletableFuture<Connection> dial = dialer.connectAsync("tcp", "slow.example:9", LONG);
    lookingUp.await();
    end.of(group);
    assertThat(failureOf(dial))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(end == End.CLOSE ? "is closed" : "no poll loop left");
  }

  @Test
  void aDialWhoseNameIsBeingLookedUp_keepsItsTimeout_whereTheLoopIsReplaced() throws Exception {
    Duration timeout = Duration.ofMillis(300);
    CompletableFuture<Connection> dial = dialer.connectAsync("tcp", "slow.example:9", timeout);
    lookingUp.await();
    End.BREAK.of(group);
    assertThat(failureOf(dial)).isInstanceOf(DialTimeoutException.class);
  }

  @Test
  void aDialOfAClosedGroupFailsAtOnce() throws Exception {
    group.close();
    assertThat(failureOf(dialer.connectAsync("tcp", "slow.example:9", LONG)))
        .hasMessageContaining("is closed");
    assertThat(failureOf(dialer.connectAsync("tcp", "127.0.0.1:9", LONG)))
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> dialer.connect("tcp", "127.0.0.1:9", LONG))
        .hasMessageContaining("is closed");
  }

  private ConnectionPool pool(int port, int min) throws IOException {
    return ConnectionPool.builder("tcp", "127.0.0.1:" + port)
        .dialer(dialer)
        .minConnections(min)
        .maxConnections(1)
        .dialTimeout(LONG)
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsForAPoolsDialIsTold(End end) throws Exception {
    try (ConnectionPool pool = pool(HOLE.getPort(), 1)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  pool.acquire(LONG);
                } catch (Throwable t) {
                  thrown.set(t);
                }
              });
      caller.start();
      Eventually.holds("it waits", () -> pool.counts().waiting() == 1);
      Eventually.holds("a dial is under way", () -> group.connections() == 1);
      end.of(group);
      caller.join(20_000);
      assertThat(thrown.get()).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BREAK", mode = EnumSource.Mode.EXCLUDE)
  void whoWaitsForALeaseToEnd_asAFuture_isTold(End end) throws Exception {
    try (FakeListener listener = FakeNetwork.listen(new InetSocketAddress("127.0.0.1", 0))) {
      try (ConnectionPool pool = pool(((InetSocketAddress) listener.address()).getPort(), 0)) {
        var lease = pool.acquire(LONG);
        var waiting = pool.acquireAsync(LONG);
        end.of(group);
        assertThat(failureOf(waiting))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("poller group");
        assertThat(failureOf(pool.acquireAsync(LONG))).hasMessageContaining("poller group");
        lease.close();
      }
    }
  }
}
