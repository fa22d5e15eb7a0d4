package io.netpoll.benchmarks.suite;

import java.time.Duration;
import java.util.List;

/**
 * What to compare, and how.
 *
 * @param comparisons what, the most important first
 * @param servers who takes part in those of servers
 * @param rounds how often each is measured
 * @param measured how long it is measured each time
 * @param settle how long a load runs before it is measured
 * @param warmUp how long a new process is under load before anything counts
 */
record Settings(
    List<Comparison> comparisons,
    List<Contestant> servers,
    int rounds,
    Duration measured,
    Duration settle,
    Duration warmUp) {
  private static final Duration LONGEST_SETTLE = Duration.ofMillis(300);

  /** Settings of which a load settles as long as it is measured, but not needlessly long. */
  static Settings of(
      List<Comparison> comparisons,
      List<Contestant> servers,
      int rounds,
      Duration measured,
      Duration warmUp) {
    Duration settle = measured.compareTo(LONGEST_SETTLE) < 0 ? measured : LONGEST_SETTLE;
    return new Settings(comparisons, servers, rounds, measured, settle, warmUp);
  }

  /** These with other rounds. */
  Settings with(int otherRounds, Duration otherMeasured) {
    return of(comparisons, servers, otherRounds, otherMeasured, warmUp);
  }

  /** These without the last comparison. */
  Settings withoutTheLast() {
    return new Settings(
        comparisons.subList(0, comparisons.size() - 1), servers, rounds, measured, settle, warmUp);
  }
}
