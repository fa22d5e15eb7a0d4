package io.netpoll.benchmarks.suite;

/** What is measured of those that a row compares. */
enum Metric {
  CAPACITY("requests/CPU s", true),
  RATE("requests/s", true),
  CPU("CPU us", false),
  P50("p50 us", false),
  P99("p99 us", false),
  P999("p99.9 us", false),
  BESIDE("heavy/s", true),
  USER_TICKS("user ticks", false),
  SYSTEM_TICKS("system ticks", false),
  COMPILING("compilers %", false),
  LOAD("load %", false),
  MEMORY("bytes", false),
  MILLIS("ms", false);

  private final String title;
  private final boolean moreIsBetter;

  Metric(String title, boolean moreIsBetter) {
    this.title = title;
    this.moreIsBetter = moreIsBetter;
  }

  /** What it is, with its unit. */
  String title() {
    return title;
  }

  /** Whether a ratio of two values says who is better, and says it best. */
  boolean isCompared() {
    return this != CPU
        && this != USER_TICKS
        && this != SYSTEM_TICKS
        && this != COMPILING
        && this != LOAD;
  }

  /** Whether the sum over slices says more than their median. */
  boolean isSummed() {
    return this == USER_TICKS || this == SYSTEM_TICKS;
  }

  /** How many times better one value is than another. */
  double ratio(double value, double other) {
    return moreIsBetter ? value / other : other / value;
  }
}
