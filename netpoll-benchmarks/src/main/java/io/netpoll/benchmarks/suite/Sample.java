package io.netpoll.benchmarks.suite;

import java.util.Map;

/**
 * One measurement.
 *
 * @param session the start of the session that made it
 * @param row of what
 * @param name of whom
 * @param round in which round, from 0 on
 * @param value in the unit of the row's metric
 * @param details what else was seen
 */
record Sample(
    String session, Row row, String name, int round, double value, Map<String, Double> details) {
  /** Processor time of what is measured for one request, in microseconds. */
  static final String CPU = "cpu_us";

  /** How much of its processor what measures took, 1 for all. */
  static final String LOAD = "load_cpu";

  /** Whether both were measured one after the other, so that they can be divided. */
  boolean besides(Sample other) {
    return row.equals(other.row) && round == other.round && session.equals(other.session);
  }
}
