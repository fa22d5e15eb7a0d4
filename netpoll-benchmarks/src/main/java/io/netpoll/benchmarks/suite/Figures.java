package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the report is made from.
 *
 * @param sessions what a reader must know of each session, by its beginning
 * @param all of each row only those of one session
 */
record Figures(Map<String, String> sessions, List<Figure> all) {
  private static final String HEAD =
      "session,scenario,row,rank,summary,name,metric,median,slices,made,ours to it,low,high,firm";
  private static final int COLUMNS = HEAD.split(",").length;

  /** Nothing. */
  static final Figures NONE = new Figures(Map.of(), List.of());

  /**
   * These and what a session has measured, which takes the place of what was there of its rows.
   *
   * @param facts what a reader must know of the session
   */
  Figures with(String session, String facts, Measured measured) {
    List<Figure> fresh = new ArrayList<>();
    measured.slices().forEach((row, slices) -> fresh.addAll(of(session, row, slices)));
    List<Figure> figures = new ArrayList<>(fresh);
    all.stream()
        .filter(old -> fresh.stream().noneMatch(each -> isSameRow(old, each)))
        .forEach(figures::add);
    figures.sort(Comparator.comparing(Figure::scenario));
    Map<String, String> told = new TreeMap<>(sessions);
    told.put(session, facts);
    told.keySet().removeIf(start -> figures.stream().noneMatch(it -> it.session().equals(start)));
    return new Figures(told, figures);
  }

  private static boolean isSameRow(Figure some, Figure other) {
    return some.scenario() == other.scenario() && some.row().equals(other.row());
  }

  private static List<Figure> of(String session, Row row, Map<String, List<Slice>> slices) {
    List<Figure> figures = new ArrayList<>();
    slices.forEach(
        (name, each) -> {
          List<Slice> ours = slices.get(base(name, slices.keySet()));
          for (Metric metric : Metric.values()) {
            double[] values = values(each, metric);
            if (values.length > 0) {
              Interval toIt =
                  each == ours || !metric.isCompared()
                      ? null
                      : Interval.of(ours, each, metric).orElse(null);
              figures.add(
                  new Figure(
                      session,
                      row.scenario(),
                      row.title(),
                      row.metrics().indexOf(metric) + 1,
                      row.isInSummary(),
                      name,
                      metric,
                      metric.isSummed() ? DoubleStream.of(values).sum() : Interval.median(values),
                      values.length,
                      each.size(),
                      toIt));
            }
          }
        });
    return figures;
  }

  /** Whom one is compared with: the same of this build, or the first of ours. */
  private static String base(String name, Set<String> all) {
    int other = name.indexOf('@');
    return other < 0 ? all.iterator().next() : name.substring(0, other);
  }

  private static double[] values(List<Slice> slices, Metric metric) {
    return slices.stream()
        .filter(slice -> !slice.disturbed())
        .mapToDouble(slice -> slice.value(metric))
        .filter(Double::isFinite)
        .toArray();
  }

  /** The figures of one row, all metrics of all who took part, ours first. */
  List<Figure> row(Scenario scenario, String row) {
    return of(scenario).filter(each -> each.row().equals(row)).toList();
  }

  /** The titles of the rows of a scenario. */
  List<String> rows(Scenario scenario) {
    return of(scenario).map(Figure::row).distinct().toList();
  }

  private Stream<Figure> of(Scenario scenario) {
    return all.stream().filter(each -> each.scenario() == scenario);
  }

  /** The scenarios of which there are figures. */
  List<Scenario> scenarios() {
    return all.stream().map(Figure::scenario).distinct().toList();
  }

  /** All of it as lines of text. */
  String toCsv() {
    StringBuilder csv = new StringBuilder();
    sessions.forEach(
        (start, facts) -> csv.append("# ").append(start).append(' ').append(facts).append('\n'));
    csv.append(HEAD).append('\n');
    all.forEach(each -> csv.append(line(each)).append('\n'));
    return csv.toString();
  }

  private static String line(Figure figure) {
    Interval toIt = figure.toIt();
    return String.join(
        ",",
        figure.session(),
        figure.scenario().toString(),
        figure.row(),
        Integer.toString(figure.rank()),
        yesOrNo(figure.isInSummary()),
        figure.entrant(),
        figure.metric().name(),
        String.format(Locale.ROOT, "%.6g", figure.value()),
        Integer.toString(figure.slices()),
        Integer.toString(figure.made()),
        toIt == null
            ? ",,,"
            : String.format(
                Locale.ROOT,
                "%.4f,%.4f,%.4f,%s",
                toIt.median(),
                toIt.low(),
                toIt.high(),
                yesOrNo(toIt.isFirm())));
  }

  private static String yesOrNo(boolean yes) {
    return yes ? "yes" : "no";
  }

  /**
   * Reads what {@link #toCsv} made.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Figures of(List<String> lines) {
    Map<String, String> sessions = new TreeMap<>();
    List<Figure> figures = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("# ")) {
        String[] words = line.split(" ", 3);
        sessions.put(words[1], words[2]);
      } else if (!line.equals(HEAD)) {
        figures.add(figure(line.split(",", -1)));
      }
    }
    return new Figures(sessions, figures);
  }

  private static Figure figure(String[] words) {
    if (words.length != COLUMNS) {
      throw new IllegalArgumentException("A line has " + words.length + " columns.");
    }
    return new Figure(
        words[0],
        Scenario.of(words[1]),
        words[2],
        Integer.parseInt(words[3]),
        words[4].equals("yes"),
        words[5],
        Metric.valueOf(words[6]),
        Double.parseDouble(words[7]),
        Integer.parseInt(words[8]),
        Integer.parseInt(words[9]),
        interval(words));
  }

  private static @Nullable Interval interval(String[] words) {
    return words[10].isEmpty()
        ? null
        : new Interval(
            Double.parseDouble(words[11]),
            Double.parseDouble(words[10]),
            Double.parseDouble(words[12]),
            words[13].equals("yes"));
  }
}
