package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BusyPollTest {
  private final BusyPoll busyPoll = new BusyPoll(10);

  @Test
  void withoutCreditOneWaitIn64IsTried() {
    fail(16);
    for (int wait = 1; wait <= 640; wait++) {
      assertThat(busyPoll.looks()).as("wait %d", wait).isEqualTo(wait % 64 == 0 ? 10 : 0);
    }
  }

  @Test
  void whileEveryThirdTimeFindsEvents_itGoesOn() {
    for (int i = 0; i < 1000; i++) {
      busyPoll.found();
      assertThat(busyPoll.looks()).isEqualTo(10);
      busyPoll.foundNothing();
      assertThat(busyPoll.looks()).isEqualTo(10);
      busyPoll.foundNothing();
    }
  }

  @Test
  void sixteenFailuresEndIt_howeverOftenItFoundEventsBefore() {
    for (int i = 0; i < 1000; i++) {
      busyPoll.found();
    }
    fail(16);
    assertThat(busyPoll.looks()).isZero();
  }

  @Test
  void oneSuccessIsWorthTwoFailures() {
    fail(16);
    busyPoll.found();
    fail(2);
    assertThat(busyPoll.looks()).isZero();
  }

  @Test
  void zeroLooksMeanNever() {
    BusyPoll never = new BusyPoll(0);
    never.found();
    for (int wait = 0; wait < 128; wait++) {
      assertThat(never.looks()).isZero();
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(busyPoll.looks()).isEqualTo(10);
      busyPoll.foundNothing();
    }
  }
}
