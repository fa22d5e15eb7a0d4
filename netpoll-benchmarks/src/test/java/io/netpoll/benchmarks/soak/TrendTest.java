package io.netpoll.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrendTest {

  @Test
  void aLineIsFoundExactly() {
    Trend trend = Trend.of(List.of(10L, 12L, 14L, 16L));
    assertThat(trend.growth()).isCloseTo(6, within(1e-9));
    assertThat(trend.error()).isCloseTo(0, within(1e-9));
    assertThat(trend.exceeds(5)).isTrue();
    assertThat(trend.exceeds(7)).isFalse();
  }

  @Test
  void whatGoesUpAndDown_hasNoTrend() {
    assertThat(Trend.of(List.of(5L, 9L, 5L, 9L, 5L, 9L, 5L)).exceeds(0)).isFalse();
  }

  @Test
  void aRiseWithinTheNoise_isNotTakenForOne() {
    Trend trend = Trend.of(List.of(0L, 100L, 0L, 100L, 20L, 110L));
    assertThat(trend.growth()).isPositive();
    assertThat(trend.exceeds(1)).isFalse();
  }

  @Test
  void tooFewSamplesAreRefused() {
    assertThatThrownBy(() -> Trend.of(List.of(1L, 2L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 2");
  }
}
