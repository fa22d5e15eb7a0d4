package io.netpoll.benchmarks.suite;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Ours and the best of its rivals in one metric of a row.
 *
 * @param ours what ours showed
 * @param rival what the rival showed to which the ratio is least
 * @param toIt how many times better ours was
 */
record Duel(Figure ours, Figure rival, Interval toIt) {

  /** That of a metric in the figures of a row; nothing where no rival was measured. */
  static Optional<Duel> of(List<Figure> row, Metric metric) {
    Optional<Figure> ours = ours(row, metric);
    return row.stream()
        .filter(each -> each.metric() == metric && each.toIt() != null)
        .filter(each -> !each.isOurs() && !each.entrant().equals(Field.C))
        .min(Comparator.comparingDouble(each -> Objects.requireNonNull(each.toIt()).median()))
        .flatMap(best -> ours.map(own -> new Duel(own, best, Objects.requireNonNull(best.toIt()))));
  }

  private static Optional<Figure> ours(List<Figure> row, Metric metric) {
    return row.stream().filter(each -> each.metric() == metric && each.isOurs()).findFirst();
  }

  /** That of a metric with the rival that is furthest ahead beyond doubt, if any is. */
  static Optional<Duel> lost(List<Figure> row, Metric metric) {
    return of(row.stream().filter(each -> each.isOurs() || isAhead(each)).toList(), metric);
  }

  private static boolean isAhead(Figure rival) {
    return rival.toIt() != null && rival.toIt().isBehind();
  }
}
