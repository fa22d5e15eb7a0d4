package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
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
              false,
              Map.of(Metric.CAPACITY, capacities[i], Metric.RATE, 50.0, Metric.LOAD, 99.0)));
    }
  }

  /** As many as say something: two in each of five generations. */
  private static double[] ten(double capacity) {
    return DoubleStream.generate(() -> capacity).limit(10).toArray();
  }

  private Figures figures() {
    return Figures.NONE.with("monday", "a machine.", measured);
  }

  @Test
  void theRival_isTheOneThatOursIsLeastAheadOf_andNotTheOneOfC() {
    add(ROW, "ours-epoll", ten(120));
    add(ROW, "ours-nio", ten(200));
    add(ROW, "netty-epoll", ten(60));
    add(ROW, "netty-iouring", ten(100));
    add(ROW, "c", ten(240));
    assertThat(new Pages(figures()).readMe())
        .startsWith("# Results\n\nIn none of 1 rows a rival is ahead.")
        .containsPattern(
            "\\[long: 64 connections]\\(long.md\\) \\| 1.200 \\[1.200, 1.200] +\\| ahead"
                + " +\\| netty-iouring +\\| 1.00 +\\| 0.50 +\\| 120");
  }

  @Test
  void aRowThatOursLoses_isNamedFirst() {
    add(ROW, "ours-epoll", ten(51));
    add(ROW, "netty-epoll", ten(100));
    assertThat(new Pages(figures()).readMe())
        .startsWith("# Results\n\n**A rival is ahead in 1 of 1 rows:** [long: 64 connections](")
        .contains("] of netty-epoll.");
    assertThat(Chart.of(new Pages(figures()).summary())).contains("#c0392b").contains(">0.51<");
  }

  @Test
  void rowsOfTooFewGenerations_areSaidToHaveNoVerdict() {
    add(ROW, "ours-epoll", 50, 50);
    add(ROW, "netty-epoll", 100, 100);
    assertThat(new Pages(figures()).readMe())
        .startsWith(
            "# Results\n\nIn none of 0 rows with a verdict a rival is ahead.\n\n1 of 1 rows rest on too few generations for a verdict.\n")
        .doesNotContain("A rival is ahead");
  }

  @Test
  void aPage_hasEveryoneInEveryMetric() {
    add(ROW, "ours-epoll", ten(100));
    add(ROW, "netty-epoll", ten(50));
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
    later.add(ROW, "ours-epoll", new Slice(0, 0, false, false, Map.of(Metric.CAPACITY, 90.0)));
    Figures both = before.with("tuesday", "another.", later);
    assertThat(both.row(Scenario.LONG, ROW.title()))
        .extracting(Figure::value)
        .containsExactly(90.0);
    assertThat(both.row(Scenario.MIXED, "sizes"))
        .hasSize(3)
        .isEqualTo(before.row(Scenario.MIXED, "sizes"));
    assertThat(both.sessions()).containsOnlyKeys("monday", "tuesday");
    later.add(other, "ours-epoll", new Slice(0, 0, false, false, Map.of(Metric.CAPACITY, 1.0)));
    assertThat(before.with("tuesday", "another.", later).sessions()).containsOnlyKeys("tuesday");
  }

  @Test
  void disturbedSlices_doNotCount() {
    add(ROW, "ours-epoll", 10, 10, 10);
    measured.add(ROW, "ours-epoll", new Slice(3, 0, true, false, Map.of(Metric.CAPACITY, 1.0)));
    Figure capacity =
        figures().row(Scenario.LONG, ROW.title()).stream()
            .filter(each -> each.metric() == Metric.CAPACITY)
            .findFirst()
            .orElseThrow();
    assertThat(capacity.value()).isEqualTo(10);
    assertThat(capacity.slices()).isEqualTo(3);
  }

  @Test
  void rivalsWithoutOurs_areComparedWithNobody_andTheRowIsNamed() {
    measured.expect(ROW, List.of("ours-epoll", "netty-epoll", "netty-nio"));
    add(ROW, "netty-epoll", ten(50));
    add(ROW, "netty-nio", ten(60));
    assertThat(figures().all()).allMatch(each -> each.toIt() == null);
    assertThat(new Pages(figures()).readMe())
        .contains("Ours has no figures in: long: 64 connections.");
  }

  @Test
  void aLossInWhatIsNotComparedFirst_andToAnotherThanTheBest_isNamed() {
    Row row = new Row(Scenario.BESIDE, "light", 0, List.of(Metric.P99, Metric.BESIDE), true);
    for (int i = 0; i < 10; i++) {
      beside(row, "ours-epoll", i, 10, 90);
      beside(row, "netty-epoll", i, 20, i % 2 == 0 ? 60 : 180);
      beside(row, "netty-nio", i, 20, 100);
    }
    assertThat(new Pages(figures()).readMe())
        .contains("A rival is ahead in 1 of 1 rows:** [beside: light, heavy/s](beside.md) 0.900")
        .contains("of netty-nio.");
  }

  private void beside(Row row, String name, int number, double p99, double heavy) {
    Map<Metric, Double> values = Map.of(Metric.P99, p99, Metric.BESIDE, heavy);
    measured.add(row, name, new Slice(number / 2, number % 2, false, false, values));
  }

  @Test
  void oneOfAnotherCommit_isComparedWithTheSameOfThisBuild() {
    add(ROW, "ours-epoll", ten(100));
    add(ROW, "ours-nio", ten(50));
    add(ROW, "ours-nio@main", ten(50));
    assertThat(new Pages(figures()).page(Scenario.LONG))
        .containsPattern("\\| ours-nio@main +\\| 1.000 \\[");
  }

  @Test
  void slicesInWhichCompilersWereBusy_countOnlyWhereMostAre() {
    for (int i = 0; i < 4; i++) {
      measured.add(ROW, "ours-epoll", new Slice(0, i, false, i == 0, Map.of(Metric.RATE, 1.0 + i)));
      measured.add(
          ROW, "netty-epoll", new Slice(0, i, false, i != 0, Map.of(Metric.RATE, 1.0 + i)));
    }
    assertThat(figures().row(Scenario.LONG, ROW.title()))
        .extracting(Figure::entrant, Figure::value, Figure::slices, Figure::made)
        .containsExactly(tuple("ours-epoll", 3.0, 3, 4), tuple("netty-epoll", 2.5, 4, 4));
  }

  @Test
  void allRowsOfAllScenarios_areReadAsTheyWereWritten() throws Exception {
    Path directory = Files.createTempDirectory("rows");
    DataFile file = DataFile.in(directory);
    for (Scenario scenario : Scenario.values()) {
      for (int burn : List.of(0, 100)) {
        scenario.servers(burn, file).forEach(row -> add(row.row(), "ours-epoll", 1));
      }
    }
    Files.delete(file.path());
    Files.delete(directory);
    String csv = figures().toCsv();
    assertThat(Figures.of(csv.lines().toList()).toCsv()).isEqualTo(csv);
  }

  @Test
  void disturbedSlices_count_whereThatIsAskedFor() {
    Measured all = new Measured(true);
    all.add(ROW, "ours-epoll", new Slice(3, 0, true, false, Map.of(Metric.CAPACITY, 1.0)));
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
        "monday,pigeon,64,1,yes,ours,RATE,1,1,1,,,,",
        "monday,long,64,x,yes,ours,RATE,1,1,1,,,,",
        "monday,long,64,1,yes,ours,WEIGHT,1,1,1,,,,",
        "monday,long,64,1,yes,ours,RATE,1,1,1,2,x,3,yes",
        "# monday"
      })
  void whatIsNoReport_isRefusedAndLeftAlone(String text, @TempDir Path directory) throws Exception {
    Path raw = Files.writeString(directory.resolve("figures.csv"), text);
    assertThatThrownBy(() -> new Report(directory).read())
        .hasMessageContaining("is not what the suite writes: move it away");
    assertThat(raw).hasContent(text);
  }
}
