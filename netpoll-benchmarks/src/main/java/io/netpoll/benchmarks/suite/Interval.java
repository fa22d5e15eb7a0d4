package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * How many times as good one server is as another: the median over paired slices, and the interval
 * in which it lies with a probability of 95 %. Two virtual machines of the same build differ by
 * what their compilers made of it, so the bootstrap draws generations of processes first, and then
 * slices of each.
 *
 * @param low the lower end
 * @param median over all pairs
 * @param high the upper end
 * @param isFirm whether it rests on enough: with fewer than five generations the true ratio is
 *     outside of it more often than one in twenty times
 */
record Interval(double low, double median, double high, boolean isFirm) {
  private static final int DRAWS = 4000;
  private static final double TAIL = 0.025;
  private static final int LEAST_GENERATIONS = 5;

  /** A pair of slices of the same round. */
  private record Pair(int generation, int round) {}

  /**
   * The interval of a ratio.
   *
   * @param metric what is compared; above 1 some are better than others
   * @return nothing if no round has an undisturbed slice of both
   */
  static Optional<Interval> of(List<Slice> some, List<Slice> others, Metric metric) {
    Map<Integer, List<Double>> ratios = ratios(some, others, metric);
    if (ratios.isEmpty()) {
      return Optional.empty();
    }
    List<double[]> generations = new ArrayList<>();
    for (List<Double> each : ratios.values()) {
      generations.add(each.stream().mapToDouble(x -> x).toArray());
    }
    double[] all = generations.stream().flatMapToDouble(Arrays::stream).toArray();
    double[] medians = new double[DRAWS];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      medians[i] = median(drawn(generations, random));
    }
    Arrays.sort(medians);
    return Optional.of(
        new Interval(
            medians[(int) (TAIL * DRAWS)],
            median(all),
            medians[(int) ((1 - TAIL) * DRAWS) - 1],
            generations.size() >= LEAST_GENERATIONS));
  }

  private static Map<Integer, List<Double>> ratios(
      List<Slice> some, List<Slice> others, Metric metric) {
    Map<Pair, Slice> paired = new HashMap<>();
    for (Slice each : others) {
      if (!each.disturbed()) {
        paired.put(new Pair(each.generation(), each.round()), each);
      }
    }
    Map<Integer, List<Double>> ratios = new TreeMap<>();
    for (Slice each : some) {
      Slice other = paired.get(new Pair(each.generation(), each.round()));
      if (!each.disturbed() && other != null) {
        double ratio = metric.ratio(each.value(metric), other.value(metric));
        if (ratio > 0 && ratio < Double.POSITIVE_INFINITY) {
          ratios.computeIfAbsent(each.generation(), any -> new ArrayList<>()).add(ratio);
        }
      }
    }
    return ratios;
  }

  private static double[] drawn(List<double[]> generations, SplittableRandom random) {
    DoubleStream.Builder drawn = DoubleStream.builder();
    for (int i = 0; i < generations.size(); i++) {
      double[] generation = generations.get(random.nextInt(generations.size()));
      for (int j = 0; j < generation.length; j++) {
        drawn.add(generation[random.nextInt(generation.length)]);
      }
    }
    return drawn.build().toArray();
  }

  /** The middle one of some values, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** How far its further end is from a ratio. */
  double distance(double ratio) {
    return Math.max(Math.abs(low - ratio), Math.abs(high - ratio));
  }

  /** Whether a ratio lies in it. */
  boolean contains(double ratio) {
    return low <= ratio && ratio <= high;
  }

  /** Whether it lies above 1 beyond doubt. */
  boolean isAhead() {
    return isFirm && low > 1;
  }

  /** Whether it lies below 1 beyond doubt. */
  boolean isBehind() {
    return isFirm && high < 1;
  }

  /** ahead or behind only where the interval excludes 1. */
  String verdict() {
    return isAhead() ? "ahead" : isBehind() ? "behind" : isFirm ? "even" : "too few";
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", median, low, high);
  }
}
