package io.netpoll.benchmarks.suite;

import java.util.List;

/**
 * A row of the report.
 *
 * @param scenario what it belongs to
 * @param name its name there
 * @param burnMicros how long each request computes
 * @param metrics what is compared, the most important first
 * @param isInSummary whether the summary has it
 */
record Row(
    Scenario scenario, String name, int burnMicros, List<Metric> metrics, boolean isInSummary) {

  /** Refuses what would be two columns of the raw figures. */
  Row {
    if (name.contains(",")) {
      throw new IllegalArgumentException("The name of a row has no comma: " + name);
    }
  }

  /** The name with what the requests compute. */
  String title() {
    return burnMicros == 0 ? name : name + " with " + burnMicros + " us of work";
  }

  @Override
  public String toString() {
    return scenario + ", " + title();
  }
}
