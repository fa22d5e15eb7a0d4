package io.netpoll.benchmarks.suite;

import java.util.List;
import java.util.Locale;

/**
 * Where several measurements of the same lie.
 *
 * @param min the least
 * @param median the middle one, or the mean of the two in the middle
 * @param max the greatest
 */
record Spread(double min, double median, double max) {

  /** That of some values, of which there is at least one. */
  static Spread of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(x -> x).sorted().toArray();
    return new Spread(sorted[0], Interval.median(sorted), sorted[sorted.length - 1]);
  }

  /** A ratio in words: one that was above 1 in one round and below it in another says nothing. */
  String asRatio() {
    String range = String.format(Locale.ROOT, "(%.2f-%.2f)", min, max);
    return min <= 1 && max >= 1
        ? "even " + range
        : String.format(Locale.ROOT, "%.2f %s", median, range);
  }

  /** The median, and what it lies between. */
  @Override
  public String toString() {
    String format =
        median < 10 ? "%.2f (%.2f-%.2f)" : median < 100 ? "%.1f (%.1f-%.1f)" : "%.0f (%.0f-%.0f)";
    return String.format(Locale.ROOT, format, median, min, max);
  }
}
