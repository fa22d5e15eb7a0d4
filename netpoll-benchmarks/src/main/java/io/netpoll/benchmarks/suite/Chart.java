package io.netpoll.benchmarks.suite;

import java.util.List;
import java.util.Locale;

/**
 * Draws how many times better ours is than the best rival, as an SVG picture: a bar for each row on
 * a logarithmic scale, with its interval; to the right where ours is better, to the left where the
 * rival is.
 */
final class Chart {
  private static final int WIDTH = 1000;
  private static final int LEFT = 330; // the titles' room
  private static final int RIGHT = 150; // the numbers' room
  private static final int LINE = 24;
  private static final int TOP = 54;
  private static final double[] MARKS = {0.1, 0.25, 0.5, 1, 2, 4, 10, 40, 100};
  private static final double MARGIN = 1.15;

  private static final String AHEAD = "#2f7d4f";
  private static final String EVEN = "#8a8f98";
  private static final String BEHIND = "#c0392b";

  private final double low;
  private final double high;
  private final StringBuilder svg = new StringBuilder();

  private Chart(List<Duel> duels) {
    low = Math.min(0.5, duels.stream().mapToDouble(it -> it.toIt().low()).min().orElse(1)) / MARGIN;
    high = Math.max(2, duels.stream().mapToDouble(it -> it.toIt().high()).max().orElse(1)) * MARGIN;
  }

  /** The picture's text. */
  static String of(List<Duel> duels) {
    Chart chart = new Chart(duels);
    chart.draw(duels);
    return chart.svg.toString();
  }

  private void draw(List<Duel> duels) {
    int height = TOP + LINE * duels.size() + 16;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\">",
        WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    add(
        "<text x=\"%d\" y=\"18\" font-size=\"15\">Ours to the best rival (right of 1: ours is"
            + " better), 95 %% intervals</text>",
        16);
    for (double mark : MARKS) {
      if (mark > low && mark < high) {
        double x = x(mark);
        add(
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
            x, TOP - 8, x, height - 12, mark == 1 ? "#333" : "#ddd");
        add(
            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s</text>",
            x, TOP - 14, mark < 1 ? Double.toString(mark) : Integer.toString((int) mark));
      }
    }
    int y = TOP;
    for (Duel duel : duels) {
      bar(duel, y);
      y += LINE;
    }
    add("</svg>");
  }

  private void bar(Duel duel, int y) {
    Interval toIt = duel.toIt();
    String color = toIt.isAhead() ? AHEAD : toIt.isBehind() ? BEHIND : EVEN;
    double from = x(Math.min(1, toIt.median()));
    double to = x(Math.max(1, toIt.median()));
    int middle = y + LINE / 2 - 2;
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        LEFT - 12, middle + 4, escaped(Pages.title(duel)));
    add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        from, y + 3, Math.max(1, to - from), LINE - 10, color);
    add(
        "<path d=\"M%.1f %d H%.1f M%.1f %d v8 M%.1f %d v8\" stroke=\"#222\" fill=\"none\"/>",
        x(toIt.low()),
        middle,
        x(toIt.high()),
        x(toIt.low()),
        middle - 4,
        x(toIt.high()),
        middle - 4);
    add(
        "<text x=\"%d\" y=\"%d\" fill=\"%s\">%.2f</text>"
            + "<text x=\"%d\" y=\"%d\" fill=\"#555\" font-size=\"11\">%s</text>",
        WIDTH - RIGHT + 8,
        middle + 4,
        color,
        toIt.median(),
        WIDTH - RIGHT + 52,
        middle + 4,
        escaped(duel.rival().entrant()));
  }

  private double x(double ratio) {
    double share = Math.log(ratio / low) / Math.log(high / low);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
