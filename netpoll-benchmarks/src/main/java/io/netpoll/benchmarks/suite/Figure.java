package io.netpoll.benchmarks.suite;

import org.jspecify.annotations.Nullable;

/**
 * A line of the report's raw figures: what one of those that a row compares showed in one metric.
 *
 * @param session when the session began that measured it
 * @param scenario what the row belongs to
 * @param row its title there
 * @param rank of the metric in the row: 1 for what it compares first, 0 for what is only told
 * @param isInSummary whether the summary has the row
 * @param entrant the name of who showed it
 * @param metric what was measured
 * @param value the median over its slices, of which those that were disturbed do not count
 * @param slices how many counted
 * @param made how many there were
 * @param toIt how many times better the first of ours was than this one; null for itself, and where
 *     nothing can be compared
 */
record Figure(
    String session,
    Scenario scenario,
    String row,
    int rank,
    boolean isInSummary,
    String entrant,
    Metric metric,
    double value,
    int slices,
    int made,
    @Nullable Interval toIt) {

  /** Whether it is of a server or client of this project. */
  boolean isOurs() {
    return entrant.startsWith("ours") || entrant.startsWith("netpoll");
  }
}
