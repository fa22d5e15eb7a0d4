package io.netpoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.server.Inheritance.Descriptor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables of socket activation. */
class InheritanceTest {
  private static final long PID = 4711;

  @Test
  void withoutVariables_nothingIsInherited() {
    assertThat(Inheritance.parse(Map.of("LISTEN_PID", "1"), PID)).isEmpty();
  }

  @Test
  void descriptorsCountFromThree_unnamed() {
    assertThat(Inheritance.parse(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "4711"), PID))
        .containsExactly(new Descriptor(3, "unknown"), new Descriptor(4, "unknown"));
  }

  @Test
  void descriptorsHaveNames_alsoEmptyOnes() {
    assertThat(
            Inheritance.parse(
                Map.of("LISTEN_FDS", "3", "LISTEN_PID", "4711", "LISTEN_FDNAMES", "http:admin:"),
                PID))
        .containsExactly(
            new Descriptor(3, "http"), new Descriptor(4, "admin"), new Descriptor(5, ""));
  }

  @Test
  void noneMayBeHandedOver() {
    assertThat(
            Inheritance.parse(
                Map.of("LISTEN_FDS", "0", "LISTEN_PID", "4711", "LISTEN_FDNAMES", ""), PID))
        .isEmpty();
  }

  @Test
  void thoseForAnotherProcessAreRefused() {
    assertThatThrownBy(() -> Inheritance.parse(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "12"), PID))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("LISTEN_PID is 12 and this one is 4711");
    assertThatThrownBy(() -> Inheritance.parse(Map.of("LISTEN_FDS", "1"), PID))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("LISTEN_PID is not set and this one is 4711");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "some", "9999999999"})
  void aNumberThatIsNoneIsRefused(String count) {
    assertThatThrownBy(
            () -> Inheritance.parse(Map.of("LISTEN_FDS", count, "LISTEN_PID", "4711"), PID))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("LISTEN_FDS must be the number of descriptors, not " + count);
  }

  @Test
  void asManyNamesAsDescriptorsAreNeeded() {
    assertThatThrownBy(
            () ->
                Inheritance.parse(
                    Map.of("LISTEN_FDS", "1", "LISTEN_PID", "4711", "LISTEN_FDNAMES", "a:b"), PID))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a:b");
  }
}
