package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DisturbanceTest {
  private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long USED = TimeUnit.MILLISECONDS.toNanos(300);

  private static final Disturbance BEFORE = counters(1000, 100);

  /** So many ticks of user time, and of another machine's. */
  private static Disturbance counters(int user, int steal) {
    return Disturbance.of(List.of("cpu  " + user + " 5 700 90000 30 0 40 " + steal + " 0 0"));
  }

  @Test
  void whatTheLoadAndTheServerTake_isNoDisturbance() {
    assertThat(BEFORE.until(counters(1030, 100), SLICE, USED)).isFalse();
    assertThat(BEFORE.until(counters(1034, 100), SLICE, USED)).as("a fifth more").isFalse();
  }

  @Test
  void whatOthersTake_is() {
    assertThat(BEFORE.until(counters(1036, 100), SLICE, USED)).isTrue();
  }

  @Test
  void aProcessorThatAnotherMachineHad_is() {
    assertThat(BEFORE.until(counters(1030, 101), SLICE, USED)).isTrue();
  }
}
