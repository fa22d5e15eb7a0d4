package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadResult;
import java.util.Map;

/** What a row of a table says of each of those that it compares. */
enum Metric {
  REQUESTS("requests/s", true),
  MEGABYTES("MB/s", true),
  GIGABYTES("GB/s", true),
  CONNECTIONS("connections/s", true),
  BESIDE("requests/s beside", true),
  MEDIAN("median, us", false),
  P99("99th percentile, us", false),
  MEMORY("bytes a connection", false),
  MILLIS("ms", false);

  private final String unit;
  private final boolean moreIsBetter;

  Metric(String unit, boolean moreIsBetter) {
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }

  /**
   * That of a unit.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Metric of(String unit) {
    for (Metric metric : values()) {
      if (metric.unit.equals(unit)) {
        return metric;
      }
    }
    throw new IllegalArgumentException("Nothing is measured in '" + unit + "'.");
  }

  String unit() {
    return unit;
  }

  boolean moreIsBetter() {
    return moreIsBetter;
  }

  /** How many times better one value is than another. */
  double ratio(double value, double other) {
    return moreIsBetter ? value / other : other / value;
  }

  /** The value in what a load measured. */
  double of(LoadResult result) {
    return switch (this) {
      case REQUESTS, CONNECTIONS -> result.rate();
      case MEGABYTES -> result.bytesPerSecond() / 1e6;
      case BESIDE -> result.besideRate();
      case MEDIAN -> result.micros(50);
      case P99 -> result.micros(99);
      case GIGABYTES, MEMORY, MILLIS ->
          throw new IllegalStateException(this + " is not measured by a load.");
    };
  }

  /** All that a load measured, by name. */
  static Map<String, Double> details(LoadResult result) {
    return Map.of(
        "rate",
        result.rate(),
        "p50_us",
        result.micros(50),
        "p99_us",
        result.micros(99),
        "p99.9_us",
        result.micros(99.9),
        "max_us",
        result.micros(100),
        Sample.CPU,
        result.serverMicros(),
        Sample.LOAD,
        result.ownShare(),
        "waiting",
        (double) result.waiting());
  }
}
