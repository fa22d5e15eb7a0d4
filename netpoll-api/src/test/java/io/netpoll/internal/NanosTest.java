package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Durations in messages. */
class NanosTest {

  @Test
  void durationsReadWellInMessages() {
    assertThat(Nanos.text(250_000_000)).isEqualTo("250 ms");
    assertThat(Nanos.text(1_500_000)).isEqualTo("1.5 ms");
    assertThat(Nanos.text(2_000_000_000L)).isEqualTo("2 s");
    assertThat(Nanos.text(1_999_960_000L)).isEqualTo("2.0 s");
    assertThat(Nanos.text(123_456)).isEqualTo("0.1 ms");
    assertThat(Nanos.of(Duration.ofSeconds(Long.MAX_VALUE))).isPositive();
  }
}
