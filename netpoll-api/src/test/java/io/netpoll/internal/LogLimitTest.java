package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which of many messages are logged. */
class LogLimitTest {

  @Test
  void ofMessagesThatComeAtAnyRateTheFirstIsLogged() {
    LogLimit limit = new LogLimit();
    assertThat(limit.permits()).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(limit.permits()).isFalse();
    }
    assertThat(new LogLimit().permits()).isTrue();
  }
}
