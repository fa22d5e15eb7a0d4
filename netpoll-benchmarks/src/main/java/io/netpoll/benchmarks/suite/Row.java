package io.netpoll.benchmarks.suite;

/**
 * A row of a table: one thing that is measured of everybody.
 *
 * @param scenario the table
 * @param name the row's name in it
 * @param burnMicros how long each request computes
 * @param metric what is measured
 */
record Row(Scenario scenario, String name, int burnMicros, Metric metric) {
  /** The name with what the requests compute. */
  String title() {
    return burnMicros == 0 ? name : name + ", " + burnMicros + " us of work";
  }
}
