package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
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
        slices.add(slice(generation, round, rate, false));
      }
    }
    return slices;
  }

  private static Slice slice(int generation, int round, double rate, boolean disturbed) {
    return new Slice(generation, round, disturbed, false, Map.of(Metric.CAPACITY, rate));
  }

  private double[] machine() {
    return random.doubles(GENERATIONS * ROUNDS, 0.6, 1.4).toArray();
  }

  private Interval ratio(double speed, double ofGenerations) {
    double[] machine = machine();
    return Interval.of(
            slices(speed, ofGenerations, machine),
            slices(1, ofGenerations, machine),
            Metric.CAPACITY)
        .orElseThrow();
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
    assertThat(ratio(1, 0.03).distance(1)).isGreaterThan(4 * ratio(1, 0).distance(1));
  }

  @Test
  void disturbedSlices_doNotCount_norDoTheirPairs() {
    double[] machine = machine();
    List<Slice> some = slices(1, 0, machine);
    List<Slice> others = slices(1, 0, machine);
    Interval before = Interval.of(some, others, Metric.CAPACITY).orElseThrow();
    for (int i = 0; i < ROUNDS; i++) {
      Slice each = some.get(i);
      some.set(i, slice(each.generation(), each.round(), 1, i % 2 == 0));
      others.set(i, slice(each.generation(), each.round(), 1e9, i % 2 == 1));
    }
    Interval after = Interval.of(some, others, Metric.CAPACITY).orElseThrow();
    assertThat(after.median()).isCloseTo(before.median(), Offset.offset(0.01));
    some.replaceAll(each -> slice(each.generation(), each.round(), 1, true));
    assertThat(Interval.of(some, others, Metric.CAPACITY)).isEmpty();
  }

  @Test
  void whereLessIsBetter_theRatioIsTurnedAround() {
    List<Slice> some = List.of(new Slice(0, 0, false, false, Map.of(Metric.P99, 10.0)));
    List<Slice> others = List.of(new Slice(0, 0, false, false, Map.of(Metric.P99, 30.0)));
    assertThat(Interval.of(some, others, Metric.P99).orElseThrow().median()).isEqualTo(3);
    assertThat(Interval.of(some, others, Metric.RATE)).as("not measured").isEmpty();
  }

  @Test
  void fewGenerations_sayNothing_howeverFarApart() {
    List<Slice> some = slices(2, 0, machine());
    List<Slice> others = slices(1, 0, machine());
    assertThat(Interval.of(some, others, Metric.CAPACITY).orElseThrow().verdict())
        .isEqualTo("ahead");
    some.removeIf(each -> each.generation() == 0);
    assertThat(Interval.of(some, others, Metric.CAPACITY).orElseThrow().verdict())
        .isEqualTo("too few");
  }
}
