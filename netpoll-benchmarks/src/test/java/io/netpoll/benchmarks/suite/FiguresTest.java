package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How what was measured is told. */
class FiguresTest {
  private static final Row ROW = row(Scenario.LONG, "64 connections");

  private final Measured measured = new Measured(false);

  private static Row row(Scenario scenario, String name) {
    return new Row(scenario, name, 0, List.of(Metric.CAPACITY, Metric.RATE), true);
  }

  private void add(Row row, String name, double... capacities) {
    for (int i = 0; i < capacities.length; i++) {
      measured.add(
          row,
          name,
          new Slice(
              i / 2,
              i % 2,
              false,
              Map.of(Metric.CAPACITY, capacities[i], Metric.RATE, 50.0, Metric.LOAD, 99.0)));
    }
  }

  private Figures figures() {
    return Figures.NONE.with("monday", "a machine.", measured);
  }

  @Test
  void theRival_isTheOneThatOursIsLeastAheadOf_andNotTheOneOfC() {
    add(ROW, "ours-epoll", 120, 120, 120, 120);
    add(ROW, "ours-nio", 200, 200, 200, 200);
    add(ROW, "netty-epoll", 60, 60, 60, 60);
    add(ROW, "netty-iouring", 100, 100, 100, 100);
    add(ROW, "c", 240, 240, 240, 240);
    assertThat(new Pages(figures()).readMe())
        .startsWith("# Results\n\nIn none of 1 rows a rival is ahead.")
        .containsPattern(
            "\\[long: 64 connections]\\(long.md\\) \\| 1.200 \\[1.200, 1.200] +\\| ahead"
                + " +\\| netty-iouring +\\| 1.00 +\\| 0.50 +\\| 120");
  }

  @Test
  void aRowThatOursLoses_isNamedFirst() {
    add(ROW, "ours-epoll", 50, 51, 50, 51);
    add(ROW, "netty-epoll", 100, 100, 100, 100);
    assertThat(new Pages(figures()).readMe())
        .startsWith("# Results\n\n**A rival is ahead in 1 of 1 rows:** [long: 64 connections](")
        .contains("] of netty-epoll.");
    assertThat(Chart.of(new Pages(figures()).summary())).contains("#c0392b").contains(">0.51<");
  }

  @Test
  void aPage_hasEveryoneInEveryMetric() {
    add(ROW, "ours-epoll", 100, 100);
    add(ROW, "netty-epoll", 50, 50);
    assertThat(new Pages(figures()).page(Scenario.LONG))
        .startsWith("# Long connections")
        .containsPattern("\\| netty-epoll +\\| 2.000 \\[2.000, 2.000] +\\| ahead \\| 1.000 ")
        .containsPattern("\\| ours-epoll +\\| - +\\| +\\| -");
  }

  @Test
  void whatIsMeasuredAgain_takesThePlaceOfItsRow() {
    add(ROW, "ours-epoll", 10);
    add(ROW, "netty-epoll", 5);
    Row other = row(Scenario.MIXED, "sizes");
    add(other, "ours-epoll", 7);
    Figures before = figures();
    Measured later = new Measured(false);
    later.add(ROW, "ours-epoll", new Slice(0, 0, false, Map.of(Metric.CAPACITY, 90.0)));
    Figures both = before.with("tuesday", "another.", later);
    assertThat(both.row(Scenario.LONG, ROW.title()))
        .extracting(Figure::value)
        .containsExactly(90.0);
    assertThat(both.row(Scenario.MIXED, "sizes")).isNotEmpty();
    assertThat(both.sessions()).containsOnlyKeys("monday", "tuesday");
    later.add(other, "ours-epoll", new Slice(0, 0, false, Map.of(Metric.CAPACITY, 1.0)));
    assertThat(before.with("tuesday", "another.", later).sessions()).containsOnlyKeys("tuesday");
  }

  @Test
  void disturbedSlices_doNotCount() {
    add(ROW, "ours-epoll", 10, 10, 10);
    measured.add(ROW, "ours-epoll", new Slice(3, 0, true, Map.of(Metric.CAPACITY, 1.0)));
    Figure capacity =
        figures().row(Scenario.LONG, ROW.title()).stream()
            .filter(each -> each.metric() == Metric.CAPACITY)
            .findFirst()
            .orElseThrow();
    assertThat(capacity.value()).isEqualTo(10);
    assertThat(capacity.slices()).isEqualTo(3);
  }

  @Test
  void disturbedSlices_count_whereThatIsAskedFor() {
    Measured all = new Measured(true);
    all.add(ROW, "ours-epoll", new Slice(3, 0, true, Map.of(Metric.CAPACITY, 1.0)));
    assertThat(Figures.NONE.with("monday", "", all).all()).hasSize(1);
    assertThat(all.remarks()).containsExactly("Slices count in which the machine was disturbed.");
  }

  @Test
  void figures_areReadAsTheyWereWritten() {
    add(ROW, "ours-epoll", 10.5, 12);
    add(ROW, "netty-epoll", 0.125, 0.125);
    Figures figures = figures();
    Figures read = Figures.of(figures.toCsv().lines().toList());
    assertThat(read.toCsv()).isEqualTo(figures.toCsv());
    assertThat(read.sessions()).isEqualTo(figures.sessions());
    assertThat(Figures.of(Figures.NONE.toCsv().lines().toList())).isEqualTo(Figures.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "a,b",
        "monday,pigeon,64,1,yes,ours,RATE,1,1,,,",
        "monday,long,64,x,yes,ours,RATE,1,1,,,",
        "monday,long,64,1,yes,ours,WEIGHT,1,1,,,",
        "monday,long,64,1,yes,ours,RATE,1,1,2,x,3",
        "# monday"
      })
  void whatIsNoReport_isRefusedAndLeftAlone(String text, @TempDir Path directory) throws Exception {
    Path raw = Files.writeString(directory.resolve("figures.csv"), text);
    assertThatThrownBy(() -> new Report(directory).read())
        .hasMessageContaining("is not what the suite writes: move it away");
    assertThat(raw).hasContent(text);
  }
}
