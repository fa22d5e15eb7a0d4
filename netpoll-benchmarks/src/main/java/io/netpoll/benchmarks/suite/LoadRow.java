package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;

/**
 * A row that the load measures.
 *
 * @param row which
 * @param plan the load
 * @param share at what part of the capacity it sends, from 0 to 1; 0 for as fast as answers come
 */
record LoadRow(Row row, LoadPlan plan, double share) {}
