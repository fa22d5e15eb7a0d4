package io.netpoll.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  @Test
  void aPlanIsAFunctionOfSeedAndNumber() {
    assertThat(FaultPlan.drawn(7, 3)).isEqualTo(FaultPlan.drawn(7, 3));
    assertThat(FaultPlan.drawn(42, 0))
        .as("the same on every JDK")
        .hasToString(
            "to server: COALESCED, held back 137 to 216 us, 7525509 B/s; to client: PIECES, held back"
                + " 46 to 301 us, STALL after 3 B for 18758 us");
  }

  @Test
  void nearNumbers_giveOtherPlans() {
    Set<String> plans = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      for (int connection = 0; connection < 10; connection++) {
        plans.add(FaultPlan.drawn(seed, connection).toString());
      }
    }
    assertThat(plans).hasSizeGreaterThan(800); // many have neither delay nor rate nor incident
  }

  @Test
  void everyKindIsDrawn_andOneIncidentAtMostLosesBytes() {
    Set<Cutting> cuttings = EnumSet.noneOf(Cutting.class);
    Set<Incident> incidents = EnumSet.noneOf(Incident.class);
    for (int seed = 0; seed < 1000; seed++) {
      FaultPlan plan = FaultPlan.drawn(seed, 0);
      cuttings.add(plan.toClient().cutting());
      incidents.add(plan.toClient().incident());
      incidents.add(plan.toServer().incident());
      assertThat(plan.toClient().incident().delivers() || plan.toServer().incident().delivers())
          .isTrue();
    }
    assertThat(cuttings).containsExactlyInAnyOrder(Cutting.values());
    assertThat(incidents).containsExactlyInAnyOrder(Incident.values());
  }

  @Test
  void itsTextSaysAllOfIt() {
    StreamFaults faults =
        StreamFaults.NONE
            .cut(Cutting.PIECES)
            .delayed(Duration.ofMillis(1), Duration.ofMillis(2))
            .limited(1000)
            .stalled(10, Duration.ofMillis(3));
    assertThat(new FaultPlan(faults, StreamFaults.NONE.then(Incident.RESET, 5)))
        .hasToString(
            "to server: PIECES, held back 1000 to 3000 us, 1000 B/s, STALL after 10 B for 3000 us;"
                + " to client: AS_IS, RESET after 5 B");
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThatThrownBy(() -> StreamFaults.NONE.limited(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1 a second");
    assertThatThrownBy(() -> StreamFaults.NONE.delayed(Duration.ofNanos(-1), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.000000001S");
  }
}
