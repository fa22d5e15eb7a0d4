package io.netpoll.benchmarks.soak;

import java.util.List;

/**
 * The line through equidistant samples that has the least squares, and how sure it is.
 *
 * @param growth by how much it rises from the first sample to the last
 * @param error the standard error of that
 */
record Trend(double growth, double error) {

  /**
   * Fits a line.
   *
   * @param samples at least three
   */
  static Trend of(List<Long> samples) {
    int n = samples.size();
    if (n < 3) {
      throw new IllegalArgumentException("A trend needs at least 3 samples, not " + n + ".");
    }
    double middle = (n - 1) / 2.0;
    double mean = samples.stream().mapToLong(each -> each).average().orElseThrow();
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += (i - middle) * (i - middle);
      xy += (i - middle) * (samples.get(i) - mean);
    }
    double slope = xy / xx;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double off = samples.get(i) - mean - slope * (i - middle);
      squares += off * off;
    }
    double error = Math.sqrt(squares / (n - 2) / xx);
    return new Trend(slope * (n - 1), error * (n - 1));
  }

  /** Whether it rises by more than {@code bound}, beyond three standard errors. */
  boolean exceeds(double bound) {
    return growth - 3 * error > bound;
  }
}
