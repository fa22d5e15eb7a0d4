package io.netpoll.benchmarks.suite;

import java.time.Duration;
import java.util.List;

/** Chooses rounds and seconds so that all comparisons fit into a time, or as many as can. */
final class Budget {
  private static final double MARGIN = 0.95;
  private static final int LONGEST_MILLIS = 2000;
  private static final int STEP_MILLIS = 100;

  /** So many rounds only if each can be at least so long: better fewer than shorter ones. */
  private static final List<Choice> CHOICES =
      List.of(new Choice(5, 1000), new Choice(4, 1000), new Choice(3, 500), new Choice(2, 300));

  private record Choice(int rounds, int leastMillis) {}

  /** Says how long settings take. */
  interface Estimate {
    Duration of(Settings settings);
  }

  private final Duration limit;
  private final Estimate estimate;

  Budget(Duration limit, Estimate estimate) {
    this.limit = limit;
    this.estimate = estimate;
  }

  /**
   * Settings that fit. Comparisons are left out from the last on.
   *
   * @throws IllegalArgumentException if not even one comparison fits
   */
  Settings fit(Settings wanted) {
    for (Settings some = wanted; !some.comparisons().isEmpty(); some = some.withoutTheLast()) {
      for (Choice choice : CHOICES) {
        for (int millis = LONGEST_MILLIS; millis >= choice.leastMillis(); millis -= STEP_MILLIS) {
          Settings chosen = some.with(choice.rounds(), Duration.ofMillis(millis));
          if (estimate.of(chosen).toNanos() <= limit.toNanos() * MARGIN) {
            return chosen;
          }
        }
      }
    }
    throw new IllegalArgumentException(
        "Nothing fits into "
            + limit.toSeconds()
            + " s: give more --minutes, fewer --servers or a shorter --warm-up.");
  }
}
