package io.netpoll.core.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.FakePollerProvider;
import io.netpoll.testkit.ForwardingProvider;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which backend is chosen, and what is said of the others. */
class BackendsTest {
  private static final String BROKEN = "its availability throws";

  private static final PollerProvider LOW = new Named("low", 1, "");
  private static final PollerProvider HIGH = new Named("high", 2, "");
  private static final PollerProvider REFUSED = new Named("refused", 3, "There is no such thing.");
  private static final PollerProvider BROKEN_ONE = new Named("broken", 4, BROKEN);
  private static final List<PollerProvider> ALL = List.of(LOW, HIGH, REFUSED, BROKEN_ONE);

  @Test
  void theAvailableBackendOfHighestPriorityIsChosen() throws Exception {
    assertThat(Backends.choose(null, ALL)).isSameAs(HIGH);
    assertThat(Backends.choose("auto", List.of(LOW, HIGH))).isSameAs(HIGH);
    assertThat(Backends.choose("Auto", List.of(LOW, HIGH))).isSameAs(HIGH);
  }

  @Test
  void aBackendIsNamedInAnyCase() throws Exception {
    assertThat(Backends.choose("low", ALL)).isSameAs(LOW);
    assertThat(Backends.choose("LOW", ALL)).isSameAs(LOW);
  }

  @Test
  void aBackendThatCannotBeUsedIsRefusedWithItsReason() {
    assertThatThrownBy(() -> Backends.choose("refused", List.of(REFUSED)))
        .isInstanceOf(PollerUnavailableException.class)
        .hasMessageContaining("There is no such thing.");
    assertThatThrownBy(() -> Backends.choose(null, List.of(REFUSED, BROKEN_ONE)))
        .isInstanceOf(PollerUnavailableException.class)
        .hasMessageContaining("refused (There is no such thing.)")
        .hasMessageContaining("broken (It does not answer whether it is available: ")
        .hasMessageContaining("io.netpoll.Gone.call()");
  }

  @Test
  void whereNoneCanBeUsed_theOneThatRunsEverywhereIsAdvised_ifItIsNotThere() {
    assertThatThrownBy(() -> Backends.choose(null, List.of(REFUSED)))
        .hasMessageContaining("io.netpoll:netpoll-poller-nio");
    assertThatThrownBy(() -> Backends.choose(null, List.of()))
        .hasMessageContaining("io.netpoll:netpoll-poller-nio");
    PollerProvider nio = new Named("nio", 0, "A selector cannot be opened.");
    assertThatThrownBy(() -> Backends.choose(null, List.of(nio)))
        .hasMessageContaining("nio (A selector cannot be opened.)")
        .hasMessageNotContaining("netpoll-poller-nio");
  }

  @Test
  void aNameThatNoBackendHas_isRefusedWithThoseThatThereAre() {
    for (String unknown : List.of("kqueue", "iouring", "select")) {
      assertThatThrownBy(() -> Backends.choose(unknown, List.of(LOW, REFUSED)))
          .isInstanceOf(PollerUnavailableException.class)
          .hasMessageStartingWith("There is no poller backend " + unknown + ".")
          .hasMessageContaining("io.netpoll:netpoll-poller-epoll and io.netpoll:netpoll-poller-nio")
          .hasMessageContaining("low (available); refused (There is no such thing.)")
          .hasMessageNotContaining("netpoll-poller-" + unknown);
    }
    assertThatThrownBy(() -> Backends.choose("epol", List.of()))
        .hasMessageContaining("did you mean epoll?");
    assertThatThrownBy(() -> Backends.choose("LWO", List.of(LOW)))
        .hasMessageContaining("did you mean low?");
  }

  @Test
  void aBackendOfThisLibraryThatIsNotThere_isToldWithAllCauses() {
    assertThatThrownBy(() -> Backends.choose("NIO", List.of(LOW)))
        .hasMessageStartingWith("The poller backend nio is not on the class path or module path.")
        .hasMessageContaining("io.netpoll:netpoll-poller-nio is missing: add it")
        .hasMessageContaining("META-INF/services/io.netpoll.spi.PollerProvider")
        .hasMessageContaining("ServicesResourceTransformer")
        .hasMessageContaining("--add-modules io.netpoll.poller.nio")
        .hasMessageContaining("low (available)");
  }

  @Test
  void theLogSaysWhyEachOtherIsNotUsed() {
    assertThat(BackendLog.text(HIGH, true, ALL))
        .isEqualTo(
            "The poller backend is high."
                + " broken is not used: It does not answer whether it is available:"
                + " java.lang.NoSuchMethodError: io.netpoll.Gone.call()."
                + " refused is not used: There is no such thing."
                + " low is not used: high goes before it.");
    assertThat(BackendLog.text(LOW, false, List.of(LOW, HIGH)))
        .isEqualTo(
            "The poller backend is low, as configured. high is not used: low was asked for.");
    assertThat(BackendLog.text(LOW, true, List.of(LOW))).isEqualTo("The poller backend is low.");
  }

  /** The fake backend under another name. */
  private static final class Named extends ForwardingProvider {
    private static final FakePollerProvider FAKE = new FakePollerProvider();

    private final String name;
    private final int priority;
    private final String reason;

    Named(String name, int priority, String reason) {
      this.name = name;
      this.priority = priority;
      this.reason = reason;
    }

    @Override
    protected PollerProvider backend() {
      return FAKE;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public Availability availability() {
      if (reason.equals(BROKEN)) {
        throw new NoSuchMethodError("io.netpoll.Gone.call()");
      }
      return reason.isEmpty() ? Availability.yes() : Availability.no(reason);
    }
  }
}
