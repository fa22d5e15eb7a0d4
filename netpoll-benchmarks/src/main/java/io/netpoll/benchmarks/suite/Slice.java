package io.netpoll.benchmarks.suite;

import java.util.Map;

/**
 * What one slice of time has shown of one of those that a row compares.
 *
 * @param generation of processes
 * @param round within the generation; the slices of a round are pairs
 * @param disturbed whether the machine did something else meanwhile, by the rule of {@link
 *     Disturbance}
 * @param compiling whether the compilers of what is measured were busy meanwhile
 * @param values what was measured; none if no request was answered
 */
record Slice(
    int generation, int round, boolean disturbed, boolean compiling, Map<Metric, Double> values) {

  /** What was measured in a metric; not a number if nothing was. */
  double value(Metric metric) {
    return values.getOrDefault(metric, Double.NaN);
  }
}
