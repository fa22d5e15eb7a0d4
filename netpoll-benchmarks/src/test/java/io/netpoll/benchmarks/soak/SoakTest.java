package io.netpoll.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.PollerGroup;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SoakTest {

  @Test
  void aSecondOfIt_leavesNothingOpen_andGivesItsFigures() throws Exception {
    try (PollerGroup group = PollerGroup.builder().name("soak-test").backend("nio").build()) {
      Soak soak = new Soak(group, 4);
      soak.run(Duration.ofSeconds(1));
      assertThat(soak.toString())
          .matches("soak: .* [1-9]\\d* connections, [1-9]\\d* frames, .*; pages .*");
    }
  }
}
