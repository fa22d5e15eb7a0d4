package io.netpoll.benchmarks.suite;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes figures as pages of text: one that sums up, and one for each scenario. */
final class Pages {
  /** The name of the chart's file. */
  static final String CHART = "summary.svg";

  private static final Metric[] TOLD = {
    Metric.CAPACITY,
    Metric.RATE,
    Metric.CPU,
    Metric.P50,
    Metric.P99,
    Metric.P999,
    Metric.BESIDE,
    Metric.MEMORY,
    Metric.MILLIS,
    Metric.COMPILING,
    Metric.LOAD
  };

  private final Figures figures;

  Pages(Figures figures) {
    this.figures = figures;
  }

  /** The rows of the summary: each metric that one compares, but for the rate, which goes along. */
  List<Duel> summary() {
    List<Duel> duels = new ArrayList<>();
    for (Scenario scenario : figures.scenarios()) {
      for (String title : figures.rows(scenario)) {
        List<Figure> row = figures.row(scenario, title);
        if (row.get(0).isInSummary()) {
          judged(row).forEach(metric -> Duel.of(row, metric).ifPresent(duels::add));
        }
      }
    }
    return duels;
  }

  /** What a line of the summary is called. */
  static String title(Duel duel) {
    Metric metric = duel.ours().metric();
    String what = duel.ours().scenario() + ": " + duel.ours().row();
    return metric == Metric.CAPACITY ? what : what + ", " + metric.title();
  }

  /** The page that sums up. */
  String readMe() {
    StringBuilder page = new StringBuilder("# Results\n\n");
    page.append(losses());
    page.append("\n![Ours to the best rival in each row of the summary](").append(CHART);
    page.append(")\n\n");
    page.append(
        "How many times better ours (the default mode, in blocking style) is than the best of its"
            + " rivals at that row, with the 95 % interval over generations of fresh processes:"
            + " above 1 ours is better. Rows without another word compare *capacity*, requests a"
            + " second of the processor time of what is measured, since the rate may be bound by"
            + " the load. \"c\" is an echo server of a few lines of C, which is no rival but what"
            + " the system allows. [How it is measured](../benchmarks.md), [how each is set up](peers.md).\n\n");
    page.append(summaryTable());
    page.append(
        "\nWhat was measured by hand: [HTTP and Redis](redis-and-http.md), "
            + "[buffers](buffers.md), [callers](callers.md), [proxy and files](proxy-and-files.md), [start-up](start-up.md), "
            + "[echo servers in all modes](echo-by-hand.md).\n");
    page.append("\n## When and where\n\n");
    figures
        .sessions()
        .forEach(
            (start, facts) ->
                page.append("- ").append(start).append(": ").append(facts).append('\n'));
    return page.toString();
  }

  private String losses() {
    List<Duel> lost = new ArrayList<>();
    List<String> unmeasured = new ArrayList<>();
    int all = 0;
    int unsure = 0;
    for (Scenario scenario : figures.scenarios()) {
      for (String title : figures.rows(scenario)) {
        List<Figure> row = figures.row(scenario, title);
        all++;
        unsure += row.stream().anyMatch(each -> isUnsure(each.toIt())) ? 1 : 0;
        if (row.stream().noneMatch(Figure::isOurs)) {
          unmeasured.add(scenario + ": " + title);
        }
        judged(row).forEach(metric -> Duel.lost(row, metric).ifPresent(lost::add));
      }
    }
    String missing =
        unmeasured.isEmpty()
            ? ""
            : "\nOurs has no figures in: " + String.join("; ", unmeasured) + ".\n";
    if (unsure > 0) {
      missing +=
          "\n" + unsure + " of " + all + " rows rest on too few generations for a verdict.\n";
    }
    if (lost.isEmpty()) {
      String which = unsure == 0 ? " rows" : " rows with a verdict";
      return "In none of " + (all - unsure) + which + " a rival is ahead.\n" + missing;
    }
    long rows =
        lost.stream().map(duel -> duel.ours().scenario() + duel.ours().row()).distinct().count();
    return "**A rival is ahead in "
        + rows
        + " of "
        + all
        + " rows:** "
        + lost.stream().map(Pages::told).collect(joining("; "))
        + ".\n"
        + missing;
  }

  private static boolean isUnsure(@Nullable Interval toIt) {
    return toIt != null && !toIt.isFirm();
  }

  private static String told(Duel duel) {
    return String.format(
        Locale.ROOT,
        "[%s](%s.md) %s of %s",
        title(duel),
        duel.ours().scenario(),
        duel.toIt(),
        duel.rival().entrant());
  }

  /** What a row compares, the most important first. */
  private static List<Metric> compared(List<Figure> row) {
    return row.stream()
        .filter(each -> each.rank() > 0)
        .sorted(Comparator.comparingInt(Figure::rank))
        .map(Figure::metric)
        .distinct()
        .toList();
  }

  /** What says who is ahead in a row: the rate only goes along. */
  private static List<Metric> judged(List<Figure> row) {
    return compared(row).stream().filter(metric -> metric != Metric.RATE).toList();
  }

  private String summaryTable() {
    Table table =
        new Table(List.of("row", "ours to the best rival", "", "which", "rate", "to c", "ours"));
    for (Duel duel : summary()) {
      Figure ours = duel.ours();
      List<Figure> row = figures.row(ours.scenario(), ours.row());
      table.add(
          List.of(
              "[" + title(duel) + "](" + ours.scenario() + ".md)",
              duel.toIt().toString(),
              duel.toIt().verdict(),
              duel.rival().entrant(),
              ratio(row, Metric.RATE, duel.rival().entrant()),
              ratio(row, ours.metric(), Field.C),
              number(ours.value())));
    }
    return table.toString();
  }

  private static String ratio(List<Figure> row, Metric metric, String to) {
    return find(row, metric, to)
        .map(Figure::toIt)
        .map(toIt -> String.format(Locale.ROOT, "%.2f", toIt.median()))
        .orElse("-");
  }

  private static Optional<Figure> find(List<Figure> row, Metric metric, String entrant) {
    return row.stream()
        .filter(each -> each.metric() == metric && each.entrant().equals(entrant))
        .findFirst();
  }

  /** The page of a scenario. */
  String page(Scenario scenario) {
    StringBuilder page = new StringBuilder("# " + scenario.title() + "\n\n");
    page.append(
        "\"Ours to it\" is how many times better ours, the first line, was, with the 95 % interval;"
            + " the other columns are medians. \"system\" is how much of the processor time was the"
            + " system's, \"compilers %\" how much of a processor the virtual machine's compilers"
            + " used, \"load %\" how busy the processor of what measures was: from 95 on the"
            + " rate is a lower bound. [All results](README.md), [how it is"
            + " measured](../benchmarks.md).\n");
    for (String title : figures.rows(scenario)) {
      page.append("\n## ").append(title).append("\n\n").append(table(scenario, title));
    }
    String sessions =
        figures.all().stream()
            .filter(each -> each.scenario() == scenario)
            .map(Figure::session)
            .distinct()
            .collect(joining(" and "));
    return page.append("\nMeasured ").append(sessions).append(".\n").toString();
  }

  /** Everything about one row. */
  String table(Scenario scenario, String title) {
    List<Figure> row = figures.row(scenario, title);
    List<Metric> compared = compared(row);
    List<Metric> told =
        Stream.of(TOLD).filter(it -> row.stream().anyMatch(each -> each.metric() == it)).toList();
    boolean timed = row.stream().anyMatch(each -> each.metric() == Metric.SYSTEM_TICKS);
    List<String> head = new ArrayList<>(List.of(""));
    compared.forEach(metric -> head.addAll(List.of("ours to it, " + metric.title(), "")));
    told.forEach(metric -> head.add(metric.title()));
    if (timed) {
      head.add("system");
    }
    head.add("slices");
    Table table = new Table(head);
    for (String name : row.stream().map(Figure::entrant).distinct().toList()) {
      List<String> cells = new ArrayList<>(List.of(name));
      for (Metric metric : compared) {
        Optional<Interval> toIt = find(row, metric, name).map(Figure::toIt);
        cells.add(toIt.map(Interval::toString).orElse("-"));
        cells.add(toIt.map(Interval::verdict).orElse(""));
      }
      told.forEach(it -> cells.add(find(row, it, name).map(f -> number(f.value())).orElse("-")));
      if (timed) {
        cells.add(system(row, name));
      }
      cells.add(find(row, compared.get(0), name).map(Pages::slices).orElse("-"));
      table.add(cells);
    }
    return table.toString();
  }

  private static String slices(Figure figure) {
    return figure.slices() == figure.made()
        ? Integer.toString(figure.made())
        : figure.slices() + " of " + figure.made();
  }

  private static String system(List<Figure> row, String name) {
    Optional<Figure> user = find(row, Metric.USER_TICKS, name);
    Optional<Figure> system = find(row, Metric.SYSTEM_TICKS, name);
    double sum = user.map(Figure::value).orElse(0.0) + system.map(Figure::value).orElse(0.0);
    return sum == 0
        ? "-"
        : String.format(Locale.ROOT, "%.0f %%", 100 * system.orElseThrow().value() / sum);
  }

  private static String number(double value) {
    String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
