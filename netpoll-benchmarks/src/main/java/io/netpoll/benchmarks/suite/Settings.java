package io.netpoll.benchmarks.suite;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What to compare, and how.
 *
 * @param scenarios what
 * @param burns how long requests compute, in microseconds
 * @param generations how often all processes are started anew
 * @param rounds how many slices each has in a generation; half as many turns
 * @param slice how long a slice lasts
 * @param warmUp how long at least a new server is under the load of each of its rows before any
 *     counts
 * @param keepsDisturbed whether slices count in which the machine was disturbed
 */
record Settings(
    List<Scenario> scenarios,
    List<Integer> burns,
    int generations,
    int rounds,
    Duration slice,
    Duration warmUp,
    boolean keepsDisturbed) {
  private static final int SLICES_OF_A_TURN = 5;

  /** How long a turn lasts, for which connections are opened anew. */
  Duration turn() {
    return slice.multipliedBy(SLICES_OF_A_TURN);
  }

  /** How many turns each has in a generation. */
  int turns() {
    return (rounds + 1) / 2;
  }

  /** How long one that is warm is under the load of a row again before that counts. */
  Duration warmUpAgain() {
    return warmUp.dividedBy(2);
  }

  /** These with more rounds. */
  Settings withTwiceTheRounds() {
    return new Settings(scenarios, burns, generations, 2 * rounds, slice, warmUp, keepsDisturbed);
  }

  /** The burns that a scenario is made with. */
  List<Integer> burnsOf(Scenario scenario) {
    return burns.stream().filter(burn -> scenario.isMadeWith(burn, burns.get(0))).toList();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d slices of %.2f s or %d turns of %.2f s in each of %d generations",
        rounds,
        slice.toNanos() / 1e9,
        turns(),
        turn().toNanos() / 1e9,
        generations);
  }
}
