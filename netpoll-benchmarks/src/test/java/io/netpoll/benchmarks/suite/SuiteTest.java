package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.load.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How figures are told. */
class SuiteTest {
  private static final Row ROW = new Row(Scenario.LONG, "100 connections", 0, Metric.REQUESTS);
  private static final Row LATE = new Row(Scenario.LATENCY, "half", 20, Metric.P99);

  private final Results results = new Results(some -> {});

  @Test
  void aRatioThatCrossesOne_isEven() {
    assertThat(Spread.of(List.of(0.9, 1.3, 1.2)).asRatio()).isEqualTo("even (0.90-1.30)");
    assertThat(Spread.of(List.of(1.1, 1.3, 1.2)).asRatio()).isEqualTo("1.20 (1.10-1.30)");
    assertThat(Spread.of(List.of(0.5, 0.7)).asRatio()).isEqualTo("0.60 (0.50-0.70)");
  }

  @Test
  void theRival_isTheBestOfNettysAtTheRow() {
    add(ROW, "ours-epoll", 100, 120, 140);
    add(ROW, "netty-epoll", 50, 60, 70);
    add(ROW, "netty-nio", 90, 80, 100);
    assertThat(page())
        .contains("| 120 (100-140) | 60.0 (50.0-70.0) | 90.0 (80.0-100.0) |")
        .contains("1.40 (1.11-1.50) of netty-nio");
  }

  @Test
  void aRowThatOursLoses_isShownLikeTheOthers() {
    add(ROW, "ours-epoll", 10, 12);
    add(ROW, "netty-epoll", 20, 20);
    assertThat(page()).contains("0.55 (0.50-0.60) of netty-epoll");
  }

  @Test
  void whereLessIsBetter_theRatioIsTurnedAround() {
    add(LATE, "ours-epoll", 100, 100);
    add(LATE, "netty-epoll", 300, 200);
    assertThat(page()).contains("half, 20 us of work").contains("2.50 (2.00-3.00) of netty-epoll");
  }

  @Test
  void ratiosAreMadeRoundByRound() {
    add(ROW, "ours-epoll", 10, 100);
    add(ROW, "netty-epoll", 5, 50);
    assertThat(results.ratio(ROW, "ours-epoll", "netty-epoll")).contains(new Spread(2, 2, 2));
  }

  @Test
  void whoIsMissing_hasADash() {
    add(ROW, "ours-epoll", 10);
    results.add(new Sample(LATE, "netty-epoll", 0, 5, Map.of()));
    assertThat(page()).contains("| 100 connections | 10.0 (10.0-10.0) | - |");
  }

  @Test
  void json_escapesWhatItMust() {
    assertThat(Json.text("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
  }

  @Test
  void charts_areWrittenForEveryScenario(@TempDir Path directory) throws Exception {
    add(ROW, "ours-epoll", 10, 12);
    add(ROW, "netty-epoll", 20, 20);
    Charts.write(results, directory);
    assertThat(Files.readString(directory.resolve("long.svg")))
        .contains("<svg")
        .contains("<path"); // also what is written, so that no font is needed
  }

  @Test
  void everyScenarioOfServers_hasAPlanThatMakesSense() {
    for (Scenario scenario : Scenario.values()) {
      for (LoadRow row : scenario.loads(20)) {
        assertThat(row.row().burnMicros()).isEqualTo(20);
        assertThat(row.plan().turn() == Turn.FRESH).isEqualTo(scenario == Scenario.CHURN);
      }
    }
  }

  private void add(Row row, String name, double... values) {
    for (int round = 0; round < values.length; round++) {
      results.add(new Sample(row, name, round, values[round], Map.of("p50_us", 1.0)));
    }
  }

  private String page() {
    return Markdown.of(Map.of("date", "today"), "how", results);
  }
}
