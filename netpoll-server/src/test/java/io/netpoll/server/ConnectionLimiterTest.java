package io.netpoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.AtLimit;
import io.netpoll.Refusals;
import io.netpoll.core.connection.ConnectionOwner.Admission;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, who is not, and who is asked again. */
@Timeout(60)
class ConnectionLimiterTest {
  private static final SocketAddress PEER = new InetSocketAddress("10.0.0.1", 1);
  private static final Runnable NOBODY = () -> {};

  @Test
  void beyondTheLimitEachIsRefusedAndCounted() {
    ConnectionLimiter limiter =
        new ConnectionLimiter(Limits.NONE.withMaxConnections(2, AtLimit.REFUSE));
    assertThat(limiter.admit(PEER, NOBODY)).isEqualTo(Admission.GRANTED);
    assertThat(limiter.admit(PEER, NOBODY)).isEqualTo(Admission.GRANTED);
    for (int i = 0; i < 1000; i++) {
      assertThat(limiter.admit(PEER, NOBODY)).isEqualTo(Admission.REFUSED);
    }
    assertThat(limiter.refusals()).isEqualTo(new Refusals(1000, 0, 0));
  }

  @Test
  void eachAddressHasItsOwnLimit_andOneThatLeavesMakesRoom() {
    ConnectionLimiter limiter = new ConnectionLimiter(Limits.NONE.withMaxPerAddress(1));
    SocketAddress other = new InetSocketAddress("10.0.0.2", 1);
    assertThat(limiter.admit(PEER, NOBODY)).isEqualTo(Admission.GRANTED);
    assertThat(limiter.admit(other, NOBODY)).isEqualTo(Admission.GRANTED);
    assertThat(limiter.admit(PEER, NOBODY)).isEqualTo(Admission.REFUSED);
    limiter.leave(PEER);
    assertThat(limiter.admit(new InetSocketAddress("10.0.0.1", 2), NOBODY))
        .isEqualTo(Admission.GRANTED);
    assertThat(limiter.refusals()).isEqualTo(new Refusals(0, 1, 0));
  }

  @Test
  void unixSocketsAreNotCountedByAddress() {
    ConnectionLimiter limiter = new ConnectionLimiter(Limits.NONE.withMaxPerAddress(1));
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.admit(UnixDomainSocketAddress.of(""), NOBODY))
          .isEqualTo(Admission.GRANTED);
    }
  }

  @Test
  void oneThatIsRefusedForItsAddressTakesNobodysPlace() {
    ConnectionLimiter limiter =
        new ConnectionLimiter(
            Limits.NONE.withMaxPerAddress(1).withMaxConnections(2, AtLimit.REFUSE));
    limiter.admit(PEER, NOBODY);
    limiter.admit(PEER, NOBODY);
    assertThat(limiter.admit(new InetSocketAddress("10.0.0.2", 1), NOBODY))
        .isEqualTo(Admission.GRANTED);
  }

  @Test
  void theRateAllowsABurstOfATenth_andThenAnIntervalEach() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    AcceptRate rate = new AcceptRate(100, now::get);
    assertThat(taken(rate)).isEqualTo(10);
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
    assertThat(taken(rate)).isEqualTo(1);
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(35));
    assertThat(taken(rate)).isEqualTo(3);
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThat(taken(rate)).isEqualTo(10);
    assertThat(taken(new AcceptRate(1, now::get))).isEqualTo(1);
  }

  private static int taken(AcceptRate rate) {
    int taken = 0;
    while (rate.tryTake()) {
      taken++;
    }
    return taken;
  }

  @Test
  void oneOverTheRateIsRefusedOrAskedAgain_andLeavesNothingBehind() {
    ConnectionLimiter refusing =
        new ConnectionLimiter(Limits.NONE.withAcceptRate(1, AtLimit.REFUSE).withMaxPerAddress(2));
    assertThat(refusing.admit(PEER, NOBODY)).isEqualTo(Admission.GRANTED);
    assertThat(refusing.admit(PEER, NOBODY)).isEqualTo(Admission.REFUSED);
    assertThat(refusing.admit(PEER, NOBODY)).isEqualTo(Admission.REFUSED);
    assertThat(refusing.refusals()).isEqualTo(new Refusals(0, 0, 2));
    ConnectionLimiter waiting = new ConnectionLimiter(Limits.NONE.withAcceptRate(1, AtLimit.WAIT));
    assertThat(waiting.admit(PEER, NOBODY)).isEqualTo(Admission.GRANTED);
    assertThat(waiting.admit(PEER, NOBODY)).isEqualTo(Admission.AFTER_A_MOMENT);
    assertThat(waiting.refusals().total()).isZero();
  }

  @Test
  void limitsBelowOneAreRefusedWithTheirNameAndValue() {
    assertThatThrownBy(() -> Limits.NONE.withMaxConnections(0, AtLimit.WAIT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxConnections")
        .hasMessageContaining("not 0");
    assertThatThrownBy(() -> Limits.NONE.withMaxPerAddress(-1)).hasMessageContaining("not -1");
    assertThatThrownBy(() -> Limits.NONE.withAcceptRate(0, AtLimit.WAIT))
        .hasMessageContaining("acceptRate");
  }

  /** Many acceptors that ask, wait to be asked again, and make room: none is forgotten. */
  @RepeatedTest(20)
  void whoeverWaitsForRoomIsAskedAgain_andTheLimitHolds() throws Exception {
    int max = 2;
    int threads = 4;
    int turns = 500;
    ConnectionLimiter limiter =
        new ConnectionLimiter(Limits.NONE.withMaxConnections(max, AtLimit.WAIT));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService acceptors = Executors.newFixedThreadPool(threads);
    try {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int turn = 0; turn < turns; turn++) {
                    awaitAdmission(limiter);
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    limiter.leave(PEER);
                  }
                },
                acceptors));
      }
      for (CompletableFuture<Void> one : all) {
        one.get(20, TimeUnit.SECONDS);
      }
    } finally {
      acceptors.shutdownNow();
    }
    assertThat(most.get()).isBetween(1, max);
  }

  private static void awaitAdmission(ConnectionLimiter limiter) {
    Semaphore asked = new Semaphore(0);
    Runnable askAgain = asked::release;
    while (limiter.admit(PEER, askAgain) != Admission.GRANTED) {
      asked.acquireUninterruptibly();
    }
  }
}
