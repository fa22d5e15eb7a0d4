package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown whose columns are aligned, so that it is read as it is, too. */
final class Table {
  private final List<List<String>> lines = new ArrayList<>();

  Table(List<String> head) {
    lines.add(List.copyOf(head));
  }

  void add(List<String> cells) {
    lines.add(List.copyOf(cells));
  }

  @Override
  public String toString() {
    int[] widths = new int[lines.get(0).size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    append(table, lines.get(0), widths, " ");
    append(table, lines.get(0).stream().map(any -> "---").toList(), widths, "-");
    lines.subList(1, lines.size()).forEach(line -> append(table, line, widths, " "));
    return table.toString();
  }

  private static void append(StringBuilder table, List<String> cells, int[] widths, String fill) {
    table.append('|');
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      table
          .append(' ')
          .append(cell)
          .append(fill.repeat(widths[i] - Math.min(widths[i], cell.length())));
      table.append(" |");
    }
    table.append('\n');
  }
}
