package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.SocketOptions;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The idle timeout as options of TCP. */
class KeepAliveTest {

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
}
