package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What was measured so far. One thread uses it. */
final class Results {
  private final List<Sample> samples = new ArrayList<>();
  private final Set<String> remarks = new LinkedHashSet<>();
  private final Keeper keeper;

  Results(Keeper keeper) {
    this.keeper = keeper;
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  /** Whoever is told that a round is over, so that a run that is ended early leaves figures. */
  interface Keeper {
    void roundIsOver(Results results) throws IOException;
  }

  /** Says that a round is over. */
  void roundIsOver() throws IOException {
    keeper.roundIsOver(this);
  }

  /** Notes a sentence for the reader, such as why somebody is missing. */
  void remark(String sentence) {
    remarks.add(sentence);
  }

  List<Sample> samples() {
    return samples;
  }

  Set<String> remarks() {
    return remarks;
  }

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

  /** Who took part in a scenario, in the order of the first samples. */
  List<String> names(Scenario scenario) {
    return samples.stream()
        .filter(each -> each.row().scenario() == scenario)
        .map(Sample::name)
        .distinct()
        .toList();
  }

  /** The spread of somebody's samples in a row, if there are any. */
  Optional<Spread> spread(Row row, String name) {
    List<Double> values =
        samples.stream()
            .filter(each -> each.row().equals(row) && each.name().equals(name))
            .map(Sample::value)
            .toList();
    return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** Who of a family has the best median in a row, if anybody of it took part. */
  Optional<String> best(Row row, Family family) {
    return names(row.scenario()).stream()
        .filter(name -> Family.of(name) == family && spread(row, name).isPresent())
        .max(Comparator.comparingDouble(name -> goodness(row, name)));
  }

  private double goodness(Row row, String name) {
    double median = spread(row, name).orElseThrow().median();
    return row.metric().moreIsBetter() ? median : -median;
  }

  /** How many times better somebody was than another, round by round. */
  Optional<Spread> ratio(Row row, String name, String other) {
    List<Double> ratios = new ArrayList<>();
    for (Sample one : samples) {
      for (Sample two : samples) {
        if (one.row().equals(row)
            && two.row().equals(row)
            && one.round() == two.round()
            && one.name().equals(name)
            && two.name().equals(other)) {
          ratios.add(row.metric().ratio(one.value(), two.value()));
        }
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }
}
