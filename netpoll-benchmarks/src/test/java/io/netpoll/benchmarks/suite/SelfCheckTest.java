package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the self-check says of servers whose true ratios are known. */
class SelfCheckTest {
  private static final double MICROS = 8;

  private final Random random = new Random(3);

  /** Slices of the three: the second and third take so many times the first one's time. */
  private SelfCheck check(double again, double slowed, double noise) {
    Measured measured = new Measured(false);
    for (int generation = 0; generation < 5; generation++) {
      for (int round = 0; round < 16; round++) {
        double machine = 1 + random.nextDouble() / 2;
        add(measured, SelfCheck.SERVER, generation, round, MICROS * machine, noise);
        add(measured, SelfCheck.AGAIN, generation, round, MICROS * machine * again, noise);
        add(measured, SelfCheck.SLOWED, generation, round, MICROS * machine * slowed, noise);
      }
    }
    return SelfCheck.of(measured).orElseThrow();
  }

  private void add(
      Measured measured, String name, int generation, int round, double micros, double noise) {
    double cpu = micros * (1 + noise * random.nextGaussian());
    Map<Metric, Double> values = Map.of(Metric.CPU, cpu, Metric.CAPACITY, 1e6 / cpu);
    measured.add(SelfCheck.ROW, name, new Slice(generation, round, false, false, values));
  }

  @Test
  void whereBothComeOutAsTheyAre_itIsPassed() {
    SelfCheck check = check(1, 1.02, 0.01);
    assertThat(check.toString()).endsWith(": passed");
    assertThat(check.isPassed()).isTrue();
  }

  @Test
  void aServerThatIsNotSlowed_failsIt() {
    assertThat(check(1, 1, 0.01).toString())
        .containsPattern("FAILED: today this machine sees no differences below \\d+\\.\\d %");
  }

  @Test
  void theSameServerThatDiffers_failsIt() {
    assertThat(check(1.03, 1.02, 0.01).isPassed()).isFalse();
  }

  @Test
  void aMachineThatSeesNothing_failsIt() {
    assertThat(check(1, 1.02, 0.3).isPassed()).isFalse();
  }

  @Test
  void withoutSlices_thereIsNone() {
    assertThat(SelfCheck.of(new Measured(false))).isEmpty();
  }
}
