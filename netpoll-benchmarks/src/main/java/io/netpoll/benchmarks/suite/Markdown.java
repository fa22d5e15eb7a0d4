package io.netpoll.benchmarks.suite;

import static java.util.stream.Collectors.joining;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Writes figures as a page of tables. */
final class Markdown {
  /** Whom ours is compared with, and what the column is called. */
  private static final Map<Family, String> RIVALS = new EnumMap<>(Family.class);

  static {
    RIVALS.put(Family.NETTY, "ours to the best of Netty's");
    RIVALS.put(Family.JDK, "ours to the best of the JDK's");
  }

  private final StringBuilder page = new StringBuilder();
  private final Figures figures;

  private Markdown(Figures figures) {
    this.figures = figures;
  }

  /** The whole page. */
  static String of(Figures figures) {
    Markdown markdown = new Markdown(figures);
    markdown.head();
    figures.sessions().forEach(markdown::session);
    figures.scenarios().forEach(markdown::scenario);
    return markdown.page.toString();
  }

  private void head() {
    page.append("# Results of the suite\n\n");
    page.append(
        "Each cell is the median (least-greatest) of the rounds. The last columns are how many");
    page.append(
        " times better the first of ours was than the best of Netty's and of the JDK's at that");
    page.append(
        " row, round by round: above 1 ours is better. A ratio that was above 1 in one round");
    page.append(" and below it in another is \"even\". \"Load-bound\" means that what measures");
    page.append(" had no time to spare either");
    page.append(" (95 % of its processor), so that the figure is a lower bound.\n");
  }

  private void session(Session session) {
    page.append("\n## Session of ").append(session.start()).append("\n\n");
    session.facts().forEach((name, value) -> page.append("- " + name + ": " + value + "\n"));
    List<String> remarks =
        figures.remarks().stream()
            .filter(each -> each.session().equals(session.start()))
            .map(Remark::text)
            .toList();
    remarks.forEach(text -> page.append("- ").append(text).append('\n'));
  }

  private void scenario(Scenario scenario) {
    List<Row> rows = figures.rows(scenario);
    List<String> names = figures.names(scenario);
    page.append("\n## ").append(scenario.title()).append("\n\n");
    for (int burn : rows.stream().map(Row::burnMicros).distinct().toList()) {
      String file = Charts.file(scenario, burn);
      page.append("![").append(Charts.title(scenario, burn)).append("](" + file + ")\n");
    }
    page.append("\nMeasured ")
        .append(figures.sessions(scenario).stream().map(Session::start).collect(joining(" and ")))
        .append(".\n\n");
    table(units(rows), rows, names, RIVALS, this::cell);
    List<Row> timed =
        rows.stream()
            .filter(row -> names.stream().anyMatch(name -> cpu(row, name) != null))
            .toList();
    if (!timed.isEmpty()) {
      page.append("\nProcessor time of what is measured for a request (for files: a file), and");
      page.append(" how busy the processor of what measures was:\n\n");
      table(
          "us, %",
          timed, names, Map.of(), (row, name) -> Optional.ofNullable(cpu(row, name)).orElse("-"));
    }
  }

  private static String units(List<Row> rows) {
    return rows.stream().map(row -> row.metric().unit()).distinct().collect(joining("; "));
  }

  private void table(
      String corner,
      List<Row> rows,
      List<String> names,
      Map<Family, String> rivals,
      BiFunction<Row, String, String> cell) {
    page.append("| ").append(corner).append(" |");
    names.forEach(name -> page.append(' ').append(name).append(" |"));
    rivals.values().forEach(title -> page.append(' ').append(title).append(" |"));
    page.append("\n|").append(" --- |".repeat(1 + names.size() + rivals.size())).append('\n');
    for (Row row : rows) {
      page.append("| ").append(row.title()).append(" |");
      names.forEach(name -> page.append(' ').append(cell.apply(row, name)).append(" |"));
      for (Family rival : rivals.keySet()) {
        page.append(' ').append(comparison(row, names, rival)).append(" |");
      }
      page.append('\n');
    }
  }

  private String cell(Row row, String name) {
    String bound = figures.isLoadBound(row, name) ? " load-bound" : "";
    return figures.spread(row, name).map(spread -> spread + bound).orElse("-");
  }

  private @Nullable String cpu(Row row, String name) {
    Optional<Spread> cpu = figures.detail(row, name, Sample.CPU);
    if (cpu.isEmpty()) {
      return null;
    }
    double load = figures.detail(row, name, Sample.LOAD).map(Spread::median).orElse(0.0);
    double micros = cpu.get().median();
    String time = String.format(Locale.ROOT, micros < 10 ? "%.2f" : "%.1f", micros);
    return load == 0 ? time : String.format(Locale.ROOT, "%s, %.0f %%", time, load * 100);
  }

  /** Ours is the first one of ours: the default mode, or virtual threads that call. */
  private String comparison(Row row, List<String> names, Family rivals) {
    Optional<String> ours =
        names.stream().filter(name -> Family.of(name) == Family.OURS).findFirst();
    Optional<String> rival = ours.flatMap(name -> figures.best(row, rivals, name));
    return rival
        .flatMap(name -> figures.ratio(row, ours.get(), name))
        .map(ratio -> String.format(Locale.ROOT, "%s of %s", ratio.asRatio(), rival.get()))
        .orElse("-");
  }
}
