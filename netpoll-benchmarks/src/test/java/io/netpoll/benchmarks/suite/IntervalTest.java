package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the figures of slices say, for servers whose true ratio is known. */
class IntervalTest {
  private static final int GENERATIONS = 5;
  private static final int ROUNDS = 10;

  private final Random random = new Random(7);

  /** Slices of a server; the machine's own speed is drawn for each round, for all servers alike. */
  private List<Slice> slices(double speed, double ofGenerations, double[] machine) {
    List<Slice> slices = new ArrayList<>();
    for (int generation = 0; generation < GENERATIONS; generation++) {
      double made = 1 + ofGenerations * random.nextGaussian();
      for (int round = 0; round < ROUNDS; round++) {
        double rate =
            100_000
                * speed
                * made
                * machine[generation * ROUNDS + round]
                * (1 + 0.005 * random.nextGaussian());
        slices.add(new Slice(generation, round, rate, 1e9 / rate, 1000, 2000, false));
      }
    }
    return slices;
  }

  private double[] machine() {
    return random.doubles(GENERATIONS * ROUNDS, 0.6, 1.4).toArray();
  }

  private Interval ratio(double speed, double ofGenerations) {
    double[] machine = machine();
    return Interval.of(
        slices(speed, ofGenerations, machine), slices(1, ofGenerations, machine), Slice::capacity);
  }

  @Test
  void aDifferenceOfTwoPerCent_isSeenThoughTheMachineIsTwiceAsFastAtTimes() {
    Interval slower = ratio(0.98, 0);
    assertThat(slower.verdict()).isEqualTo("behind");
    assertThat(slower.low()).isLessThan(0.98);
    assertThat(slower.high()).isBetween(0.98, 0.99);
    assertThat(ratio(1.02, 0).verdict()).isEqualTo("ahead");
  }

  @Test
  void equals_areEvenInMostCases() {
    int even = 0;
    for (int i = 0; i < 100; i++) {
      even += ratio(1, 0).verdict().equals("even") ? 1 : 0;
    }
    assertThat(even).isGreaterThanOrEqualTo(85);
  }

  @Test
  void whatGenerationsDifferBy_isInTheInterval() {
    assertThat(ratio(1, 0.03).uncertainty()).isGreaterThan(4 * ratio(1, 0).uncertainty());
  }

  @Test
  void disturbedSlices_doNotCount_norDoTheirPairs() {
    double[] machine = machine();
    List<Slice> some = slices(1, 0, machine);
    List<Slice> others = slices(1, 0, machine);
    Slice first = some.get(0);
    some.set(0, new Slice(0, 0, first.rate() / 10, first.cpuNanos() * 10, 0, 0, true));
    Slice last = others.get(others.size() - 1);
    others.set(others.size() - 1, new Slice(last.generation(), last.round(), 1, 1e9, 0, 0, true));
    assertThat(Interval.of(some, others, Slice::capacity).pairs())
        .isEqualTo(GENERATIONS * ROUNDS - 2);
    some.replaceAll(each -> new Slice(each.generation(), each.round(), each.rate(), 1, 0, 0, true));
    assertThatThrownBy(() -> Interval.of(some, others, Slice::capacity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("measure when it is quiet");
  }
}
