package io.netpoll.benchmarks.suite;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws a chart for each scenario: a group of bars for each row, with what they lie between. */
final class Charts {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 480;

  private Charts() {}

  /** Writes the charts into a directory, one SVG file each. */
  static void write(Results results, Path directory) throws IOException {
    System.setProperty("java.awt.headless", "true");
    for (Scenario scenario : results.scenarios()) {
      try (OutputStream out = Files.newOutputStream(directory.resolve(scenario + ".svg"))) {
        draw(chart(results, scenario)).writeTo(out);
      }
    }
  }

  private static CategoryChart chart(Results results, Scenario scenario) {
    List<Row> rows = results.rows(scenario);
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(scenario.title())
            .yAxisTitle(rows.get(0).metric().unit())
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setXAxisLabelRotation(rows.size() > 3 ? 30 : 0);
    for (String name : results.names(scenario)) {
      bars(chart, results, rows, name);
    }
    return chart;
  }

  private static void bars(CategoryChart chart, Results results, List<Row> rows, String name) {
    List<String> titles = new ArrayList<>();
    List<Double> medians = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (Row row : rows) {
      Spread spread = results.spread(row, name).orElse(new Spread(0, 0, 0));
      titles.add(row.title());
      medians.add(spread.median());
      deviations.add((spread.max() - spread.min()) / 2);
    }
    chart.addSeries(name, titles, medians, deviations);
  }

  private static Document draw(CategoryChart chart) {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.paint(graphics, WIDTH, HEIGHT);
    return Processors.get("svg")
        .getDocument(graphics.getCommands(), new PageSize(0, 0, WIDTH, HEIGHT));
  }
}
