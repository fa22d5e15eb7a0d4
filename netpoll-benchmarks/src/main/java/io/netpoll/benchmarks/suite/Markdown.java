package io.netpoll.benchmarks.suite;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes results as a page of tables. */
final class Markdown {
  private final StringBuilder page = new StringBuilder();
  private final Results results;

  private Markdown(Results results) {
    this.results = results;
  }

  /**
   * The whole page.
   *
   * @param facts where and with what it was measured
   * @param how what was measured for how long
   */
  static String of(Map<String, String> facts, String how, Results results) {
    Markdown markdown = new Markdown(results);
    markdown.head(facts, how);
    results.scenarios().forEach(markdown::scenario);
    return markdown.page.toString();
  }

  private void head(Map<String, String> facts, String how) {
    page.append("# Results of the suite\n\n");
    facts.forEach((name, value) -> page.append("- ").append(name + ": " + value + "\n"));
    page.append("- ").append(how).append("\n\n");
    page.append(
        "Each cell is the median (least-greatest) of the rounds. The last column is how many");
    page.append(
        " times better ours was than the best of Netty's at that row, round by round: above 1");
    page.append(
        " ours is better. A ratio that was above 1 in one round and below it in another is");
    page.append(" \"even\".\n");
    results.remarks().forEach(remark -> page.append("\n- ").append(remark));
    page.append(results.remarks().isEmpty() ? "" : "\n");
  }

  private void scenario(Scenario scenario) {
    List<Row> rows = results.rows(scenario);
    List<String> names = results.names(scenario);
    page.append("\n## ").append(scenario.title()).append("\n\n");
    page.append("![").append(scenario.title()).append("](").append(scenario).append(".svg)\n\n");
    page.append("| ").append(rows.get(0).metric().unit()).append(" |");
    names.forEach(name -> page.append(' ').append(name).append(" |"));
    page.append(" ours to the best of Netty's |\n|");
    page.append(" --- |".repeat(names.size() + 2)).append('\n');
    rows.forEach(row -> row(row, names));
  }

  private void row(Row row, List<String> names) {
    page.append("| ").append(row.title()).append(" |");
    for (String name : names) {
      String cell = results.spread(row, name).map(Spread::toString).orElse("-");
      page.append(' ').append(cell).append(" |");
    }
    page.append(' ').append(comparison(row, names)).append(" |\n");
  }

  /** Ours is the first one of ours: the default mode, where it takes part. */
  private String comparison(Row row, List<String> names) {
    Optional<String> ours =
        names.stream().filter(name -> Family.of(name) == Family.OURS).findFirst();
    Optional<String> rival = results.best(row, Family.NETTY);
    if (ours.isEmpty() || rival.isEmpty()) {
      return "-";
    }
    return results
        .ratio(row, ours.get(), rival.get())
        .map(ratio -> String.format(Locale.ROOT, "%s of %s", ratio.asRatio(), rival.get()))
        .orElse("-");
  }
}
