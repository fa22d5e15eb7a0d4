package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.benchmarks.load.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How figures are told. */
class SuiteTest {
  private static final Row ROW = new Row(Scenario.LONG, "100 connections", 0, Metric.REQUESTS);
  private static final Row LATE = new Row(Scenario.LATENCY, "half", 20, Metric.P99);

  private final Results results = results(Figures.NONE, "monday");

  private static Results results(Figures earlier, String start) {
    return new Results(earlier, new Session(start, Map.of("java", "25")), some -> {});
  }

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
  void rowsOfSeveralMetrics_areNamedInTheCorner_andTheirLoadIsToldOnce() {
    Row median = new Row(Scenario.BESIDE, "median", 20, Metric.MEDIAN);
    Row rate = new Row(Scenario.BESIDE, "rate", 20, Metric.BESIDE);
    results.add(median, "ours-epoll", 0, 50, Map.of(Sample.CPU, 7.0));
    results.add(rate, "ours-epoll", 0, 4000, Map.of());
    results.add(median, "netty-epoll", 0, 100, Map.of(Sample.CPU, 8.0));
    results.add(rate, "netty-epoll", 0, 2000, Map.of());
    assertThat(page())
        .contains("| median, us; requests/s beside |")
        .contains("| median, 20 us of work | 50.0 (50.0-50.0) | 100 (100-100) | 2.00 (")
        .contains("| rate, 20 us of work | 4000 (4000-4000) | 2000 (2000-2000) | 2.00 (")
        .contains("| median, 20 us of work | 7.00 | 8.00 |")
        .doesNotContain("| rate, 20 us of work | - | - |");
  }

  @Test
  void ratiosAreMadeRoundByRound() {
    add(ROW, "ours-epoll", 10, 100);
    add(ROW, "netty-epoll", 5, 50);
    assertThat(results.figures().ratio(ROW, "ours-epoll", "netty-epoll"))
        .contains(new Spread(2, 2, 2));
  }

  @Test
  void whoIsMissing_hasADash() {
    add(ROW, "ours-epoll", 10);
    results.add(LATE, "netty-epoll", 0, 5, Map.of());
    assertThat(page()).contains("| 100 connections | 10.0 (10.0-10.0) | - |");
  }

  @Test
  void theFirstOfOurs_isComparedWithTheBestOfEachFamily() {
    add(ROW, "ours-epoll", 10);
    add(ROW, "ours-nio", 20);
    add(ROW, "netty-epoll", 5);
    add(ROW, "jdk-async", 4);
    add(ROW, "jdk-virtual", 8);
    assertThat(page())
        .contains("| 2.00 (2.00-2.00) of netty-epoll | 1.25 (1.25-1.25) of jdk-virtual |");
  }

  @Test
  void whatIsMeasuredAgain_takesThePlaceOfWhatWasThere() {
    add(ROW, "ours-epoll", 10, 20, 30);
    add(ROW, "netty-epoll", 5);
    add(LATE, "ours-epoll", 7);
    Results later = results(results.figures(), "tuesday");
    later.add(ROW, "ours-epoll", 0, 90, Map.of());
    Figures both = later.figures();
    assertThat(both.spread(ROW, "ours-epoll")).contains(new Spread(90, 90, 90));
    assertThat(both.spread(ROW, "netty-epoll")).contains(new Spread(5, 5, 5));
    assertThat(both.spread(LATE, "ours-epoll")).contains(new Spread(7, 7, 7));
    assertThat(both.sessions()).extracting(Session::start).containsExactly("monday", "tuesday");
  }

  @Test
  void whatWasNotMeasuredSideBySide_isNotDivided() {
    add(ROW, "ours-epoll", 10);
    add(ROW, "netty-epoll", 5);
    Results later = results(results.figures(), "tuesday");
    later.add(ROW, "netty-epoll", 0, 1, Map.of());
    assertThat(later.figures().ratio(ROW, "ours-epoll", "netty-epoll")).isEmpty();
    assertThat(Markdown.of(later.figures())).contains("| 1.00 (1.00-1.00) | - |");
  }

  @Test
  void aSessionOfWhichNothingIsLeft_isForgottenWithItsRemarks() {
    add(ROW, "ours-epoll", 10);
    results.remark("Noise.");
    Results later = results(results.figures(), "tuesday");
    later.add(ROW, "ours-epoll", 0, 11, Map.of());
    later.remark("Silence.");
    assertThat(later.figures().sessions()).extracting(Session::start).containsExactly("tuesday");
    assertThat(later.figures().remarks()).extracting(Remark::text).containsExactly("Silence.");
  }

  @Test
  void figures_areReadAsTheyWereWritten() {
    add(ROW, "ours-epoll", 10.5, 12);
    add(LATE, "netty-epoll", 0.125);
    results.remark("A \"remark\" of C:\\ with\ttabs.");
    Figures figures = results.figures();
    assertThat(Json.read(Json.of(figures))).isEqualTo(figures);
    assertThat(Json.read(Json.of(Figures.NONE))).isEqualTo(Figures.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{\"samples\": [1]}", "{\"sessions\": \"\\u00", "{\"a\" 1}"})
  void whatIsNoReport_isRefused(String document) {
    assertThatThrownBy(() -> Json.read(document)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whereTheLoadIsAsBusy_theCellSaysSo() {
    results.add(ROW, "ours-epoll", 0, 10, Map.of(Sample.CPU, 7.0, Sample.LOAD, 0.97));
    results.add(ROW, "netty-epoll", 0, 5, Map.of(Sample.CPU, 14.0, Sample.LOAD, 0.5));
    assertThat(page())
        .contains("| 10.0 (10.0-10.0) load-bound | 5.00 (5.00-5.00) |")
        .contains("| 7.00, 97 % | 14.0, 50 % |");
  }

  @Test
  void oursIsFirst() {
    add(ROW, "jdk-virtual", 1);
    add(ROW, "netty-epoll", 1);
    add(ROW, "ours-nio", 1);
    assertThat(results.figures().names(Scenario.LONG))
        .containsExactly("ours-nio", "netty-epoll", "jdk-virtual");
  }

  @Test
  void json_escapesWhatItMust() {
    assertThat(Json.text("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
  }

  @Test
  void charts_areWrittenForEveryScenario(@TempDir Path directory) throws Exception {
    add(ROW, "ours-epoll", 10, 12);
    add(ROW, "netty-epoll", 20, 20);
    Charts.write(results.figures(), directory);
    assertThat(Files.readString(directory.resolve("long.svg")))
        .contains("<svg")
        .contains("<path"); // also what is written, so that no font is needed
  }

  @Test
  void everyScenarioOfServers_hasAPlanThatMakesSense() {
    for (Scenario scenario : Scenario.values()) {
      assertThat(Scenario.of(scenario.toString())).isEqualTo(scenario);
      for (LoadRow row : scenario.loads(20)) {
        assertThat(row.rows()).isNotEmpty().allMatch(each -> each.burnMicros() == 20);
        assertThat(row.plan().turn() == Turn.FRESH).isEqualTo(scenario == Scenario.CHURN);
      }
    }
  }

  private void add(Row row, String name, double... values) {
    for (int round = 0; round < values.length; round++) {
      results.add(row, name, round, values[round], Map.of("p50_us", 1.0));
    }
  }

  private String page() {
    return Markdown.of(results.figures());
  }
}
