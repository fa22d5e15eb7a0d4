package io.netpoll.benchmarks.suite;

import java.util.Map;

/**
 * One measurement.
 *
 * @param row of what
 * @param name of whom
 * @param round in which round, from 0 on
 * @param value in the unit of the row's metric
 * @param details what else was seen
 */
record Sample(Row row, String name, int round, double value, Map<String, Double> details) {}
