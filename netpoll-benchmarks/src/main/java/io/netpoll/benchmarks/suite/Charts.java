package io.netpoll.benchmarks.suite;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;

/**
 * Draws a chart for each scenario and burn: a group of bars for each row that has the metric of the
 * first one, with what they lie between.
 */
final class Charts {
  static final int WIDTH = 1000;
  static final int HEIGHT = 480;
  private static final int LABELS_SIDE_BY_SIDE = 4;
  private static final Pattern MORE_DIGITS = Pattern.compile("(\\.\\d)\\d+");

  private Charts() {}

  /** Writes the charts into a directory, one SVG file each. */
  static void write(Figures figures, Path directory) throws IOException {
    System.setProperty("java.awt.headless", "true");
    for (Scenario scenario : figures.scenarios()) {
      List<Row> all = figures.rows(scenario);
      for (int burn : all.stream().map(Row::burnMicros).distinct().toList()) {
        List<Row> same = all.stream().filter(row -> row.burnMicros() == burn).toList();
        Metric metric = same.get(0).metric();
        List<Row> rows = same.stream().filter(row -> row.metric() == metric).toList();
        CategoryChart chart = chart(figures, title(scenario, burn), rows);
        Files.writeString(directory.resolve(file(scenario, burn)), rounded(draw(chart)));
      }
    }
  }

  /** The name of a chart's file. */
  static String file(Scenario scenario, int burn) {
    return scenario + (burn == 0 ? "" : "-" + burn + "us") + ".svg";
  }

  static String title(Scenario scenario, int burn) {
    return scenario.title() + (burn == 0 ? "" : "; " + burn + " us of work");
  }

  static CategoryChart chart(Figures figures, String title, List<Row> rows) {
    Metric metric = rows.get(0).metric();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(metric.unit() + (metric.moreIsBetter() ? "" : " (less is better)"))
            .build();
    style(chart.getStyler(), rows.size());
    for (String name : figures.names(rows.get(0).scenario())) {
      if (rows.stream().anyMatch(row -> figures.spread(row, name).isPresent())) {
        bars(chart, figures, rows, name);
      }
    }
    return chart;
  }

  private static void style(CategoryStyler styler, int rows) {
    styler.setLegendPosition(Styler.LegendPosition.OutsideE);
    styler.setXAxisLabelRotation(rows > LABELS_SIDE_BY_SIDE ? 30 : 0);
    styler.setYAxisDecimalPattern("#,##0.##");
    styler.setYAxisMin(0.0);
    styler.setAvailableSpaceFill(0.85);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridVerticalLinesVisible(false);
  }

  private static void bars(CategoryChart chart, Figures figures, List<Row> rows, String name) {
    List<String> titles = new ArrayList<>();
    List<Double> medians = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (Row row : rows) {
      Spread spread = figures.spread(row, name).orElse(new Spread(0, 0, 0));
      titles.add(row.name());
      medians.add(spread.median());
      deviations.add((spread.max() - spread.min()) / 2);
    }
    chart.addSeries(name, titles, medians, deviations).setFillColor(Palette.of(name));
  }

  /** The text of a drawing, in tenths of a pixel: half as long as in all digits. */
  private static String rounded(Document drawing) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    drawing.writeTo(out);
    return MORE_DIGITS.matcher(out.toString(StandardCharsets.UTF_8)).replaceAll("$1");
  }

  private static Document draw(CategoryChart chart) {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.paint(graphics, WIDTH, HEIGHT);
    return Processors.get("svg")
        .getDocument(graphics.getCommands(), new PageSize(0, 0, WIDTH, HEIGHT));
  }
}
