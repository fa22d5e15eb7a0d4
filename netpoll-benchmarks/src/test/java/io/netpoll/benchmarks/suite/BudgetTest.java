package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made in a given time. */
class BudgetTest {
  private static final Launcher LAUNCHER = new Launcher(Path.of("java"), List.of(), -1, -1);
  private static final Settings ALL =
      Settings.of(
          Comparison.all(List.of(Scenario.values()), List.of(0, 20, 100)),
          Contestant.usual(),
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(3));

  private static Duration estimate(Settings settings) {
    return Parts.estimate(Parts.of(settings, LAUNCHER));
  }

  private static Settings in(int minutes) {
    return new Budget(Duration.ofMinutes(minutes), BudgetTest::estimate).fit(ALL);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 10, 20, 50, 100, 1000})
  void whatIsChosen_fits(int minutes) {
    assertThat(estimate(in(minutes))).isLessThanOrEqualTo(Duration.ofMinutes(minutes));
  }

  @Test
  void fiftyMinutes_sufficeForEverything() {
    assertThat(in(50).comparisons()).isEqualTo(ALL.comparisons());
    assertThat(in(50).rounds()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void whereTimeIsShort_theFirstComparisonsAreMade() {
    List<Comparison> made = in(5).comparisons();
    assertThat(made).isNotEmpty().isEqualTo(ALL.comparisons().subList(0, made.size()));
    assertThat(made.size()).isLessThan(ALL.comparisons().size());
  }

  @Test
  void moreTime_isUsedForMoreRounds_andThenForLongerOnes() {
    assertThat(in(1000).rounds()).isEqualTo(5);
    assertThat(in(1000).measured()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void tooLittleTime_isRefused() {
    assertThatThrownBy(() -> new Budget(Duration.ofSeconds(5), BudgetTest::estimate).fit(ALL))
        .hasMessageStartingWith("Nothing fits into 5 s: give more --minutes");
  }

  @Test
  void onlyWhatSaysHowWorkWeighs_isMadeWithEveryBurn() {
    assertThat(Comparison.all(List.of(Scenario.CHURN, Scenario.LONG), List.of(0, 20)))
        .extracting(Comparison::toString)
        .containsExactly("long", "churn", "long with 20 us of work");
  }

  @Test
  void whatGoesBesideWork_isMadeOnlyWhereThereIsSome() {
    assertThat(Comparison.all(List.of(Scenario.BESIDE), List.of(0, 20, 100)))
        .extracting(Comparison::burnMicros)
        .containsExactly(20, 100);
  }
}
