package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.SocketOptions;
import io.netpoll.core.connection.KeepAlive;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.LogLimit;
import io.netpoll.internal.Nanos;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Addresses, keep-alive times, and the worker pool. */
@Timeout(60)
class SmallPartsTest {

  @Test
  void addressesAreReadInAllTheirForms() {
    assertThat(Addresses.parse("tcp", "127.0.0.1:80"))
        .isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 80));
    assertThat(Addresses.parse("tcp6", "[::1]:0"))
        .isEqualTo(InetSocketAddress.createUnresolved("::1", 0));
    assertThat(Addresses.parse("tcp4", ":65535"))
        .isEqualTo(InetSocketAddress.createUnresolved("", 65535));
    assertThat(Addresses.parse("unix", "/tmp/a socket"))
        .isEqualTo(UnixDomainSocketAddress.of("/tmp/a socket"));
  }

  @Test
  void aBadAddressIsRefusedWithItsText() {
    for (String bad : List.of("127.0.0.1", "host:", "host:x", "host:65536", "::1:80", "[::1]80")) {
      assertThatThrownBy(() -> Addresses.parse("tcp", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad);
    }
    assertThatThrownBy(() -> Addresses.parse("udp", "host:1")).hasMessageContaining("udp");
    assertThatThrownBy(() -> Addresses.parse("unix", "")).hasMessageContaining("empty");
  }

  @Test
  void addressesAreWrittenAsUsersWriteThem() {
    assertThat(Addresses.text(new InetSocketAddress("127.0.0.1", 80))).isEqualTo("127.0.0.1:80");
    assertThat(Addresses.text(new InetSocketAddress("::1", 80))).isEqualTo("[0:0:0:0:0:0:0:1]:80");
    assertThat(Addresses.text(UnixDomainSocketAddress.of("/x"))).isEqualTo("unix:/x");
    assertThat(Addresses.text(UnixDomainSocketAddress.of(""))).isEqualTo("unix:");
  }

  @Test
  void anIdleTimeoutIsRoundedUpToWholeSeconds() {
    Set<java.net.SocketOption<?>> all =
        Set.of(
            StandardSocketOptions.SO_KEEPALIVE,
            SocketOptions.TCP_KEEPIDLE,
            SocketOptions.TCP_KEEPINTERVAL,
            SocketOptions.TCP_KEEPCOUNT);
    assertThat(KeepAlive.options(Duration.ofMillis(1001), all))
        .containsEntry(SocketOptions.TCP_KEEPIDLE, 2)
        .containsEntry(SocketOptions.TCP_KEEPINTERVAL, 1);
    assertThat(KeepAlive.options(Duration.ofMinutes(10), all))
        .containsEntry(SocketOptions.TCP_KEEPIDLE, 600)
        .containsEntry(SocketOptions.TCP_KEEPINTERVAL, 60);
    assertThat(KeepAlive.options(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), all))
        .containsEntry(SocketOptions.TCP_KEEPIDLE, 32767)
        .containsEntry(SocketOptions.TCP_KEEPINTERVAL, 3276);
    assertThat(KeepAlive.options(Duration.ZERO, all))
        .containsOnly(java.util.Map.entry(StandardSocketOptions.SO_KEEPALIVE, false));
    assertThat(KeepAlive.options(Duration.ofDays(400), Set.of(StandardSocketOptions.SO_KEEPALIVE)))
        .containsOnly(java.util.Map.entry(StandardSocketOptions.SO_KEEPALIVE, true));
  }

  @Test
  void theWorkerPoolUsesIdleThreadsBeforeItStartsNewOnes() throws Exception {
    WorkerPool pool = new WorkerPool("test");
    try {
      for (int i = 0; i < 100; i++) {
        CountDownLatch done = new CountDownLatch(1);
        pool.execute(done::countDown);
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        io.netpoll.testkit.Eventually.holds("idle again", () -> pool.getActiveCount() == 0);
      }
      assertThat(pool.getLargestPoolSize()).isLessThanOrEqualTo(3);
      CountDownLatch hold = new CountDownLatch(1);
      CountDownLatch started = new CountDownLatch(50);
      for (int i = 0; i < 50; i++) {
        pool.execute(
            () -> {
              started.countDown();
              try {
                hold.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      hold.countDown();
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void durationsReadWellInMessages() {
    assertThat(Nanos.text(250_000_000)).isEqualTo("250 ms");
    assertThat(Nanos.text(1_500_000)).isEqualTo("1.5 ms");
    assertThat(Nanos.text(2_000_000_000L)).isEqualTo("2 s");
    assertThat(Nanos.text(1_999_960_000L)).isEqualTo("2.0 s");
    assertThat(Nanos.text(123_456)).isEqualTo("0.1 ms");
    assertThat(Nanos.of(Duration.ofSeconds(Long.MAX_VALUE))).isPositive();
  }

  @Test
  void ofMessagesThatComeAtAnyRateTheFirstIsLogged() {
    LogLimit limit = new LogLimit();
    assertThat(limit.permits()).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(limit.permits()).isFalse();
    }
    assertThat(new LogLimit().permits()).isTrue();
  }
}
