package io.netpoll.examples.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {
  private static final Snapshot SNAPSHOT =
      Snapshots.at(1500, Snapshots.loop(0, 3, 7), Snapshots.loop(2, 0, 1));

  @Test
  void whatIsWritten_isReadAgain() {
    assertThat(Snapshot.parse(SNAPSHOT.text())).isEqualTo(SNAPSHOT);
  }

  @Test
  void keysOfALaterVersion_arePassedOver() {
    String later = SNAPSHOT.text().replace("\nend\n", "\nweather 21 degrees\nend\n");
    assertThat(Snapshot.parse(later)).isEqualTo(SNAPSHOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "HTTP/1.1 400 Bad Request", "netpoll-stats 1\nend", "netpoll-stats 2"})
  void anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> Snapshot.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneThatIsCutOff_isRefused() {
    String text = SNAPSHOT.text();
    for (int length = 0; length < text.length() - 1; length++) {
      String part = text.substring(0, length);
      assertThatThrownBy(() -> Snapshot.parse(part)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
