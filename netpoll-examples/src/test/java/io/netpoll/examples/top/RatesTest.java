package io.netpoll.examples.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatesTest {

  @Test
  void differencesAreDividedByTheServersOwnTime() {
    Rates rates =
        new Rates(
            Snapshots.at(1000, Snapshots.loop(0, 1, 100)),
            Snapshots.at(3000, Snapshots.loop(0, 4, 500)));
    assertThat(rates.lines())
        .containsExactly(new Rates.Line(4, 200, 200, 200, 200 * 1024, 200, 200 * 2048));
    assertThat(rates.processors()).isEqualTo(0.5);
  }

  @Test
  void aLoopThatWasStartedMeanwhile_countsFromItsStart_andOneThatEndedNotAtAll() {
    Rates rates =
        new Rates(
            Snapshots.at(0, Snapshots.loop(0, 1, 5), Snapshots.loop(1, 1, 9000)),
            Snapshots.at(1000, Snapshots.loop(0, 1, 6), Snapshots.loop(2, 1, 3)));
    assertThat(rates.lines()).extracting(Rates.Line::reads).containsExactly(1.0, 3.0);
    assertThat(Rates.total(rates.lines()).reads()).isEqualTo(4);
  }

  @Test
  void twoProcesses_haveNoRates() {
    Snapshot first = Snapshots.of(1, 1000);
    assertThat(Rates.arePossible(first, Snapshots.of(1, 1001))).isTrue();
    assertThat(Rates.arePossible(first, Snapshots.of(2, 2000))).isFalse();
    assertThat(Rates.arePossible(first, first)).isFalse();
  }

  @Test
  void noLoop_isNothing() {
    assertThat(Rates.total(List.of())).isEqualTo(new Rates.Line(0, 0, 0, 0, 0, 0, 0));
  }
}
