package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as spinning, and as kept. */
@Timeout(60)
class PollCheckTest {
  private static final int MANY = 2000;
  private static final long MILLISECOND = 1_000_000;

  private final StubPoller stub = new StubPoller();
  private final PollCheck check = PollCheck.ofTestAsLeader(stub);
  private @Nullable Handle handle;
  private final TestPage.Source source = new TestPage.Source();

  private Poller open() throws IOException {
    return check.open(source);
  }

  private Handle attach(Poller poller) throws IOException {
    TestEndpoint endpoint = new TestEndpoint();
    handle = poller.attach(StubPoller.stub(StreamSocket.class), endpoint);
    endpoint.handle = handle;
    return handle;
  }

  /** The endpoint reads, and the socket gives so many bytes. */
  private void read(int bytes) {
    stub.read = bytes;
    try {
      Objects.requireNonNull(handle).receive(new TestEndpoint());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void send() {
    try {
      Objects.requireNonNull(handle).send(new TestEndpoint(), 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Endpoint endpoint() {
    return Objects.requireNonNull(stub.endpoint);
  }

  private void poll(Poller poller, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      poller.poll(Long.MAX_VALUE);
      while (poller.dispatch()) {}
    }
  }

  private void assertSpun() {
    assertThatThrownBy(check::assertNoneSpun)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("spins, or has spun: ");
  }

  @Test
  void aPollThatReturnsAtOnceWithNothing_spins() throws IOException {
    Poller poller = open();
    stub.returnsAtOnce = true;
    assertThatThrownBy(() -> check.pollUntilItSleeps(poller, MILLISECOND, () -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(" polls, of which 33 did not wait");
    assertSpun();
  }

  /** What can be told again and again while nothing changes. */
  static Stream<Consumer<PollCheckTest>> nothingNew() {
    return Stream.of(
        test -> {},
        test -> test.read(0),
        test -> test.read(-1),
        test -> test.endpoint().ended(),
        test -> test.endpoint().readable(false),
        test -> test.endpoint().failed(new IOException("told again")),
        test -> test.endpoint().connected(),
        test -> Objects.requireNonNull(test.handle).ignoreOutput(),
        test -> Objects.requireNonNull(test.stub.acceptor).failed(new IOException("none left")));
  }

  @ParameterizedTest
  @MethodSource("nothingNew")
  void anEventThatTellsNothingNew_isNoReasonToPoll(Consumer<PollCheckTest> event)
      throws IOException {
    Poller poller = open();
    attach(poller);
    poller.accept(StubPoller.stub(ListenSocket.class), Map.of(), StubPoller.stub(Acceptor.class));
    stub.event = () -> event.accept(this);
    poll(poller, 100);
    assertSpun();
  }

  /** It changes its mind at each poll. */
  @Test
  void pausingAndResumingIsNoReasonToPoll() throws IOException {
    Poller poller = open();
    Handle handle = attach(poller);
    stub.event = () -> {};
    for (int i = 0; i < 50; i++) {
      handle.pauseInput();
      poll(poller, 1);
      handle.resumeInput();
      poll(poller, 1);
    }
    assertSpun();
  }

  @Test
  void aSocketThatSpinsBesideOneThatIsBusy_isFound() throws IOException {
    Poller poller = open();
    attach(poller);
    boolean[] own = new boolean[1];
    stub.event =
        () -> {
          own[0] = !own[0];
          if (own[0]) {
            read(1);
          }
        };
    poll(poller, 100);
    assertSpun();
  }

  @Test
  void bytesThatArriveOrLeave_areReasons() throws IOException {
    Poller poller = open();
    attach(poller);
    stub.event = () -> read(1);
    poll(poller, MANY);
    stub.event = this::send;
    poll(poller, MANY);
    check.assertNoneSpun();
  }

  @Test
  void whatAnotherThreadSends_isNoReason() throws IOException {
    Poller poller = open();
    attach(poller);
    stub.returnsAtOnce = true;
    for (int i = 0; i < 100; i++) {
      send();
      poll(poller, 1);
    }
    assertSpun();
  }

  @Test
  void connectionsThatComeAndGo_areReasons_andEachMayHaveALateEvent() throws IOException {
    Poller poller = open();
    for (int i = 0; i < MANY; i++) {
      Handle handle = attach(poller);
      poll(poller, 0);
      handle.close();
      stub.event = () -> {}; // late
      poll(poller, 1);
      stub.event = () -> endpoint().closed();
      poll(poller, 1);
    }
    check.assertNoneSpun();
    assertThat(check.streams()).isZero();
  }

  @Test
  void wakeUpsAreReasons() throws IOException {
    Poller poller = open();
    for (int i = 0; i < MANY; i++) {
      poller.wakeup();
      poll(poller, 1);
    }
    check.assertNoneSpun();
  }

  @Test
  void aTimeoutThatIsUsedUpIsAReason() throws IOException {
    Poller poller = open();
    for (int i = 0; i < 200; i++) {
      poller.poll(1000);
    }
    assertThat(check.pollUntilItSleeps(poller, MILLISECOND, () -> {})).isZero();
    check.assertNoneSpun();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPollThatIsNotToWait_needsAReasonInALoopOnly(boolean inALoop) throws IOException {
    PollCheck any = inALoop ? PollCheck.ofLoops(stub) : check;
    Poller poller = any.open(source);
    for (int i = 0; i < 200; i++) {
      poller.poll(0);
    }
    if (inALoop) {
      assertThatThrownBy(any::assertNoneSpun)
          .hasMessageContaining("200 polls")
          .hasMessageContaining(" were not asked to wait");
      any.allowFor(100);
    }
    any.assertNoneSpun();
  }

  @Test
  void aLoopThatSleeps_isSeen_andOneThatSpins() throws Exception {
    PollCheck loops = PollCheck.ofLoops(stub);
    Poller poller = loops.open(source);
    boolean[] over = new boolean[1];
    FutureTask<Void> loop =
        new FutureTask<>(
            () -> {
              while (!over[0]) {
                poller.poll(Long.MAX_VALUE);
              }
              return null;
            });
    new Thread(loop, "loop").start();
    loops.awaitSleep();
    stub.returnsAtOnce = true;
    assertThatThrownBy(loops::awaitSleep)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("spins, or has spun");
    over[0] = true;
    poller.wakeup();
    loop.get();
  }

  @Test
  void whatAPollerKeeps_isTold() throws IOException {
    Poller poller = open();
    assertThat(check.pollers()).isOne();
    attach(poller);
    poller.accept(StubPoller.stub(ListenSocket.class), Map.of(), StubPoller.stub(Acceptor.class));
    var pages = Objects.requireNonNull(stub.pages);
    pages.give(pages.take(8));
    endpoint().received(pages.take(8), 0, 8, true);
    final var kept = pages.take(8);
    assertThat(check.streams()).isOne();
    assertKept("that was not closed keeps 1 sockets and 1 listening sockets", "and 1 pages");
    poller.close();
    assertKept("A closed poller keeps 1 sockets and 1 listening sockets", "and 1 pages");
    endpoint().detached(StubPoller.stub(StreamSocket.class));
    Objects.requireNonNull(stub.acceptor).closed();
    assertKept("keeps 0 sockets and 0 listening sockets", "and 1 pages");
    pages.give(kept);
    check.assertNothingKept();
    assertThat(check.pollers()).isZero();
  }

  private void assertKept(String... words) {
    assertThatThrownBy(check::assertNothingKept)
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void theBackendIsThereForTheGroupsOfACheckOnly() {
    assertThat(ServiceLoader.load(PollerProvider.class))
        .filteredOn(provider -> provider instanceof CountedProvider)
        .singleElement()
        .satisfies(
            provider -> {
              assertThat(provider.name()).isEqualTo("counted");
              assertThat(provider.availability().available()).isFalse();
              assertThat(provider.availability().reason()).contains("PollCheck.build");
              assertThatThrownBy(() -> provider.open(source))
                  .isInstanceOf(IllegalStateException.class);
            });
  }

  /** A method with a default body that is not passed on would take a part of the backend away. */
  @Test
  void everyMethodOfTheSpiIsPassedOn() throws IOException {
    Poller poller = open();
    Handle stream = attach(poller);
    List<Object> counted =
        List.of(poller, stream, endpoint(), new CountedProvider(), new CountedPages(source));
    for (Object each : counted) {
      for (Class<?> type : each.getClass().getInterfaces()) {
        for (Method method : type.getMethods()) {
          if (!Modifier.isStatic(method.getModifiers())) {
            assertThat(each.getClass().getDeclaredMethods())
                .as("%s of %s", method, each.getClass())
                .anyMatch(
                    own ->
                        own.getName().equals(method.getName())
                            && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
          }
        }
      }
    }
  }
}
