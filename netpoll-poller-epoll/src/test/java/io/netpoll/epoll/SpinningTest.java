package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpinningTest {
  private final Spinning spinning = new Spinning(10);

  @Test
  void withoutCreditOneWaitIn64IsTried() {
    fail(16);
    for (int wait = 1; wait <= 640; wait++) {
      assertThat(spinning.looks()).as("wait %d", wait).isEqualTo(wait % 64 == 0 ? 10 : 0);
    }
  }

  @Test
  void whileEveryThirdTimeFindsEvents_itGoesOn() {
    for (int i = 0; i < 1000; i++) {
      spinning.found();
      assertThat(spinning.looks()).isEqualTo(10);
      spinning.foundNothing();
      assertThat(spinning.looks()).isEqualTo(10);
      spinning.foundNothing();
    }
  }

  @Test
  void sixteenFailuresEndIt_howeverOftenItFoundEventsBefore() {
    for (int i = 0; i < 1000; i++) {
      spinning.found();
    }
    fail(16);
    assertThat(spinning.looks()).isZero();
  }

  @Test
  void oneSuccessIsWorthTwoFailures() {
    fail(16);
    spinning.found();
    fail(2);
    assertThat(spinning.looks()).isZero();
  }

  @Test
  void zeroLooksMeanNever() {
    Spinning never = new Spinning(0);
    never.found();
    for (int wait = 0; wait < 128; wait++) {
      assertThat(never.looks()).isZero();
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(spinning.looks()).isEqualTo(10);
      spinning.foundNothing();
    }
  }
}
