package io.netpoll.examples.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.LoopStats;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageTest {

  private static Rates ofLoops(int count, long n) {
    LoopStats[] before =
        IntStream.range(0, count).mapToObj(i -> Snapshots.loop(i, 0, 0)).toArray(LoopStats[]::new);
    LoopStats[] now =
        IntStream.range(0, count)
            .mapToObj(i -> Snapshots.loop(i, 1000, n + i))
            .toArray(LoopStats[]::new);
    return new Rates(Snapshots.at(0, before), Snapshots.at(1000, now));
  }

  @Test
  void itFitsOnASmallTerminal() {
    History history = new History();
    for (int i = 0; i < 1000; i++) {
      history.add(123_456);
    }
    List<String> page = Page.of(ofLoops(64, 99_999_999), history);
    assertThat(page).hasSizeLessThan(22).allMatch(line -> line.length() <= 80);
  }

  @Test
  void ofManyLoops_theBusiestAreShown() {
    List<String> page = Page.of(ofLoops(20, 1), new History());
    assertThat(page).noneMatch(line -> line.startsWith("     11 "));
    assertThat(page).anyMatch(line -> line.startsWith("     12 "));
    assertThat(page).anyMatch(line -> line.startsWith("     19 "));
    assertThat(page).endsWith("and 12 loops more, which read less");
  }

  @Test
  void aLineForPrograms_hasPlainNumbers() {
    assertThat(Page.line(ofLoops(2, 10)))
        .isEqualTo("1 2000 21 21 21 21504 21 43008 0.50 1048576 1048576");
    assertThat(Page.lineHeading().split(" ")).hasSize(11);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "999, 999", "999.6, 1.0k", "81234, 81.2k", "1500000, 1.5M", "7e15, 7000.0T"})
  void countsAreShort(double n, String text) {
    assertThat(Numbers.count(n)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1572864, 1.5 MiB"})
  void bytesHaveTheirUnit(double n, String text) {
    assertThat(Numbers.bytes(n)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 00:00:00", "754000, 00:12:34", "263554000, 3 d 01:12:34"})
  void timeIsThatOfAClock(long millis, String text) {
    assertThat(Numbers.duration(millis)).isEqualTo(text);
  }

  @Test
  void aHistoryKeepsTheLastValues() {
    History history = new History();
    assertThat(history.draw()).isEmpty();
    history.add(7);
    for (int i = 0; i < 49; i++) {
      history.add(i == 48 ? 3.5 : 0);
    }
    assertThat(history.draw()).hasSize(50).startsWith("█▁").endsWith("▁▄");
    history.add(0);
    assertThat(history.draw()).hasSize(50).startsWith("▁").endsWith("█▁");
  }
}
