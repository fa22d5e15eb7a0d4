package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What was measured so far, in all sessions: what the report is made from.
 *
 * @param sessions in the order of their starts
 * @param remarks what the reader must know
 * @param samples of each row and name only those of one session
 */
record Figures(List<Session> sessions, List<Remark> remarks, List<Sample> samples) {
  /** From which share of its processor on the load is as much a limit as what is measured. */
  private static final double BOUND = 0.95;

  /** Nothing. */
  static final Figures NONE = new Figures(List.of(), List.of(), List.of());

  /** The scenarios of which there are samples, in their order. */
  List<Scenario> scenarios() {
    return samples.stream().map(each -> each.row().scenario()).distinct().sorted().toList();
  }

  /** The rows of a scenario, in the order of their burns and then of their first samples. */
  List<Row> rows(Scenario scenario) {
    return samples.stream()
        .map(Sample::row)
        .filter(row -> row.scenario() == scenario)
        .distinct()
        .sorted(Comparator.comparingInt(Row::burnMicros))
        .toList();
  }

  /** Who took part in a scenario: ours first, then Netty's, then the others. */
  List<String> names(Scenario scenario) {
    return samples.stream()
        .filter(each -> each.row().scenario() == scenario)
        .map(Sample::name)
        .distinct()
        .sorted(Comparator.comparing(Family::of))
        .toList();
  }

  /** The sessions that a scenario's samples are from. */
  List<Session> sessions(Scenario scenario) {
    List<String> starts =
        samples.stream()
            .filter(each -> each.row().scenario() == scenario)
            .map(Sample::session)
            .distinct()
            .toList();
    return sessions.stream().filter(each -> starts.contains(each.start())).toList();
  }

  /** The spread of somebody's samples in a row, if there are any. */
  Optional<Spread> spread(Row row, String name) {
    return spread(of(row, name).stream().mapToDouble(Sample::value));
  }

  /** The spread of a detail of somebody's samples in a row, if it was seen. */
  Optional<Spread> detail(Row row, String name, String detail) {
    return spread(
        of(row, name).stream()
            .filter(each -> each.details().containsKey(detail))
            .mapToDouble(each -> each.details().get(detail)));
  }

  /** Whether what measured was as much a limit as what was measured, in half of the rounds. */
  boolean isLoadBound(Row row, String name) {
    return detail(row, name, Sample.LOAD).filter(load -> load.median() >= BOUND).isPresent();
  }

  /** Who of a family has the best median in a row among those measured beside somebody. */
  Optional<String> best(Row row, Family family, String beside) {
    return names(row.scenario()).stream()
        .filter(name -> Family.of(name) == family && ratio(row, beside, name).isPresent())
        .max(Comparator.comparingDouble(name -> goodness(row, name)));
  }

  private double goodness(Row row, String name) {
    double median = spread(row, name).orElseThrow().median();
    return row.metric().moreIsBetter() ? median : -median;
  }

  /** How many times better somebody was than another, round by round. */
  Optional<Spread> ratio(Row row, String name, String other) {
    List<Double> ratios = new ArrayList<>();
    for (Sample one : of(row, name)) {
      for (Sample two : of(row, other)) {
        if (one.besides(two)) {
          ratios.add(row.metric().ratio(one.value(), two.value()));
        }
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }

  private List<Sample> of(Row row, String name) {
    return samples.stream()
        .filter(each -> each.row().equals(row) && each.name().equals(name))
        .toList();
  }

  private static Optional<Spread> spread(DoubleStream values) {
    List<Double> all = values.boxed().toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(Spread.of(all));
  }
}
