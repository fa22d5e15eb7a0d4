package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a sender lets others run first. */
class AdaptiveYieldTest {
  private final AdaptiveYield gathering = new AdaptiveYield();

  private int leftOutUntilDue() {
    for (int leftOut = 0; ; leftOut++) {
      if (gathering.isDue()) {
        return leftOut;
      }
      gathering.sent(false);
    }
  }

  @Test
  void whereItGathersNothing_itIsLeftOutMoreAndMore() {
    for (int expected : new int[] {0, 1, 3, 7, 15, 31, 63, 127, 255, 255}) {
      assertThat(leftOutUntilDue()).isEqualTo(expected);
      gathering.sent(false);
    }
  }

  @Test
  void whereItGathers_itIsNeverLeftOut() {
    for (int i = 0; i < 10; i++) {
      assertThat(leftOutUntilDue()).isZero();
      gathering.sent(true);
    }
  }

  @Test
  void messagesThatCameTogetherUnyielded_makeItDueAgain() {
    assertThat(leftOutUntilDue()).isZero();
    gathering.sent(false);
    assertThat(gathering.isDue()).isFalse();
    gathering.sent(true);
    assertThat(gathering.isDue()).isTrue();
  }
}
