package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one session has measured so far, on top of what was there before: what it measures of
 * somebody in a row takes the place of what earlier sessions have measured of that. One thread uses
 * it.
 */
final class Results {
  private final Figures earlier;
  private final Session session;
  private final List<Sample> samples = new ArrayList<>();
  private final Set<String> remarks = new LinkedHashSet<>();
  private final Keeper keeper;

  Results(Figures earlier, Session session, Keeper keeper) {
    this.earlier = earlier;
    this.session = session;
    this.keeper = keeper;
  }

  /** Whoever is told that a round is over, so that a run that is ended early leaves figures. */
  interface Keeper {
    void roundIsOver(Figures figures) throws IOException;
  }

  /** Notes a measurement. */
  void add(Row row, String name, int round, double value, Map<String, Double> details) {
    samples.add(new Sample(session.start(), row, name, round, value, details));
  }

  /** Notes a sentence for the reader, such as why somebody is missing. */
  void remark(String sentence) {
    remarks.add(sentence);
  }

  /** Says that a round is over. */
  void roundIsOver() throws IOException {
    keeper.roundIsOver(figures());
  }

  /** Whether this session has measured anything. */
  boolean isEmpty() {
    return samples.isEmpty();
  }

  /** The remarks of this session. */
  Set<String> remarks() {
    return remarks;
  }

  /** All that is there. What is new has the place of what it replaces. */
  Figures figures() {
    Map<List<Object>, List<Sample>> all = new LinkedHashMap<>(grouped(earlier.samples()));
    all.putAll(grouped(samples));
    List<Sample> left = all.values().stream().flatMap(List::stream).toList();
    Set<String> starts = left.stream().map(Sample::session).collect(Collectors.toSet());
    starts.add(session.start());
    List<Session> sessions = new ArrayList<>(earlier.sessions());
    sessions.add(session);
    sessions.removeIf(each -> !starts.contains(each.start()));
    List<Remark> told = new ArrayList<>(earlier.remarks());
    told.removeIf(each -> !starts.contains(each.session()));
    remarks.forEach(text -> told.add(new Remark(session.start(), text)));
    return new Figures(sessions, told, left);
  }

  private static Map<List<Object>, List<Sample>> grouped(List<Sample> samples) {
    return samples.stream()
        .collect(
            Collectors.groupingBy(
                each -> List.of(each.row(), each.name()), LinkedHashMap::new, Collectors.toList()));
  }
}
