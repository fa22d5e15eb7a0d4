package io.netpoll.core.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Up to which moment a loop has handled all that had arrived. */
class HorizonTest {
  private final Horizon horizon = new Horizon(10);

  private void poll(long now, int found, int sockets) {
    horizon.polls(now);
    horizon.polled(found);
    horizon.usedUp(sockets);
  }

  @Test
  void aPollHasSeenWhatCameBeforeItBegan_onceItsEventsAreHandled() {
    horizon.polls(20);
    horizon.polled(3);
    assertThat(horizon.reached()).isEqualTo(10);
    horizon.usedUp(100);
    assertThat(horizon.reached()).isEqualTo(20);
    horizon.usedUp(100);
    assertThat(horizon.reached()).isEqualTo(20);
  }

  @Test
  void aPollThatFailed_hasSeenNothing() {
    horizon.polls(20);
    horizon.usedUp(100);
    assertThat(horizon.reached()).isEqualTo(10);
    poll(30, 0, 100);
    assertThat(horizon.reached()).isEqualTo(30);
  }

  @Test
  void pollsThatFindMany_haveSeenWhatCameBeforeTheFirst_onceAllSocketsHadTheirTurn() {
    poll(20, 1000, 2000);
    poll(30, 1000, 2000);
    poll(40, 1000, 2000);
    assertThat(horizon.reached()).isEqualTo(10);
    poll(50, 1000, 2000);
    assertThat(horizon.reached()).isEqualTo(20);
    poll(60, 1000, 2000);
    assertThat(horizon.reached()).isEqualTo(20);
  }

  @Test
  void aPollThatFindsFew_hasSeenAll_whateverWasFoundBefore() {
    poll(20, 1000, 2000);
    poll(30, Horizon.ALL - 1, 2000);
    assertThat(horizon.reached()).isEqualTo(30);
    poll(40, Horizon.ALL, 2000);
    assertThat(horizon.reached()).isEqualTo(30);
  }
}
