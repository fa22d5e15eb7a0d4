package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one load measures.
 *
 * @param rows which rows, at least one
 * @param plan the load
 * @param share at what part of the capacity it sends, from 0 to 1; 0 for what the plan says
 * @param beside another load that goes beside it; null for none
 */
record LoadRow(List<Row> rows, LoadPlan plan, double share, @Nullable LoadPlan beside) {
  /** What it is, in a few words. */
  String title() {
    Row first = rows.get(0);
    return first.scenario() + ", " + first.title();
  }
}
