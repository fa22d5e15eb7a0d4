package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.testkit.Bench.Connected;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens on an established connection of the fake backend. */
@ExtendWith(FakeNetworkCheck.class)
class FakeConnectionTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration AT_ONCE = Duration.ZERO;

  private Bench bench;
  private Connected c;

  @BeforeEach
  void connect() throws IOException {
    bench = new Bench();
    c = bench.connect();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void bytesFromThePeerFillTheOfferedSpans() throws IOException {
    c.peer().send("more than the space of one read");
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("more than the space of one read");
    assertThat(c.endpoint().events).isEmpty();
  }

  @Test
  void nothingIsReadWhileInputIsPaused() throws IOException {
    c.handle().pauseInput();
    c.peer().send("later");
    c.peer().closeOutput();
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEmpty();
    c.handle().resumeInput();
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("later");
    assertThat(c.endpoint().events).containsExactly("ended");
  }

  @Test
  void inputThatWantsNoMorePausesItself() throws IOException {
    c.endpoint().wantsInput = false;
    c.peer().send("later");
    bench.run();
    c.endpoint().wantsInput = true;
    assertThat(bench.poller.poll(0)).isZero();
    c.handle().resumeInput();
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("later");
  }

  @Test
  void theEndOfInputIsReportedOnceAndLeavesTheOutputOpen() throws Exception {
    c.peer().closeOutput();
    bench.run();
    c.handle().resumeInput();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("ended");
    c.endpoint().queue("still");
    assertThat(c.endpoint().send()).isTrue();
    assertThat(c.peer().receiveText(5, SOON)).isEqualTo("still");
  }

  @Test
  void aFullSocketIsDrainedByThePollerAsThePeerReceives() throws Exception {
    c.peer().setWindow(4);
    c.endpoint().queue("0123456789");
    assertThat(c.endpoint().send()).isFalse();
    assertThat(c.peer().received()).isEqualTo(4);
    c.handle().watchOutput();
    assertThat(bench.poller.poll(0)).isZero();
    assertThat(c.peer().receiveText(4, SOON)).isEqualTo("0123");
    bench.run();
    assertThat(c.peer().receiveText(4, SOON)).isEqualTo("4567");
    assertThat(c.endpoint().events).isEmpty();
    bench.run();
    assertThat(c.peer().receiveText(2, SOON)).isEqualTo("89");
    assertThat(c.endpoint().events).containsExactly("drained");
  }

  @Test
  void theTokenIsTheEnginesAgainWithinDrained() throws Exception {
    c.endpoint().onDrained =
        () -> {
          try {
            c.handle().shutdownOutput();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    c.endpoint().queue("bye");
    c.handle().watchOutput();
    bench.run();
    assertThat(c.peer().receiveText(3, SOON)).isEqualTo("bye");
    assertThat(c.peer().awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
  }

  @Test
  void closeSendsFinAndClosedIsTheLastEvent() throws Exception {
    c.handle().close();
    c.peer().send("too late");
    bench.run();
    assertThat(c.endpoint().events).containsExactly("closed");
    assertThat(c.endpoint().arrivedText()).isEmpty();
    assertThat(c.peer().awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  @Test
  void closeWithUnreadInputSendsRst() throws Exception {
    c.handle().pauseInput();
    c.peer().send("unread");
    c.handle().close();
    assertThat(c.peer().awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  @Test
  void abortSendsRstThatDestroysWhatThePeerHasNotReceived() throws Exception {
    c.endpoint().queue("lost");
    c.endpoint().send();
    c.handle().abort();
    c.handle().close();
    assertThat(c.peer().awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    assertThatThrownBy(() -> c.peer().receive(4, SOON))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Only 0 of 4 bytes came before the end of the connection");
  }

  @Test
  void whatWasCollectedBeforeCloseIsDroppedAndClosedFollowsInTheNextBatch() throws IOException {
    c.peer().send("ready");
    assertThat(bench.poller.poll(0)).isOne();
    c.handle().close();
    assertThat(bench.poller.dispatch()).isTrue();
    assertThat(bench.poller.dispatch()).isFalse();
    assertThat(c.endpoint().events).isEmpty();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("closed");
    assertThat(c.endpoint().arrivedText()).isEmpty();
  }

  @Test
  void aPeersResetFailsTheEndpointOnce() throws IOException {
    c.peer().reset();
    bench.run();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("failed: Connection reset by peer");
  }

  @Test
  void aPeersResetIsRememberedWhileInputIsPaused() throws IOException {
    c.handle().pauseInput();
    c.peer().reset();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("reset");
    c.handle().resumeInput();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("reset", "failed: Connection reset by peer");
  }

  @Test
  void theFirstSendToAPeerThatIsGoneSucceedsAndIsAnsweredWithReset() throws IOException {
    c.peer().close();
    c.endpoint().queue("anybody?");
    assertThat(c.endpoint().send()).isTrue();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("failed: Connection reset by peer");
    c.endpoint().queue("again");
    assertThatThrownBy(() -> c.endpoint().send()).isInstanceOf(IOException.class);
  }

  @Test
  void aDetachedSocketCanBeAttachedAgain() throws IOException {
    c.handle().detach();
    c.peer().send("kept");
    bench.run();
    assertThat(c.endpoint().events).containsExactly("detached");
    TestEndpoint second = new TestEndpoint();
    second.handle = bench.poller.attach(c.endpoint().socket, second);
    second.handle.resumeInput();
    bench.run();
    assertThat(second.arrivedText()).isEqualTo("kept");
  }

  @Test
  void closingThePollerTellsEveryEndpointAndAcceptor() throws Exception {
    bench.poller.close();
    assertThat(c.endpoint().events).containsExactly("closed");
    assertThat(bench.events).containsExactly("closed");
    assertThat(c.peer().awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    assertThatThrownBy(() -> FakeNetwork.connect(bench.address())).isInstanceOf(IOException.class);
    bench.poller.wakeup();
    bench.poller.close();
  }

  @Test
  void aCompletionBackendHandsOverPagesAndOneAfterThePause() throws IOException {
    FakeNetwork.setCompletionBased(true);
    c.peer().send("one");
    bench.run();
    c.handle().pauseInput();
    c.peer().send(" two");
    bench.run();
    c.peer().send(" three");
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("one two");
    assertThat(c.endpoint().events).containsExactly("part", "page", "part", "page");
    assertThat(bench.pages.lent).hasSize(2);
    c.handle().resumeInput();
    c.peer().closeOutput();
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("one two three");
    assertThat(bench.pages.lent).hasSize(3);
  }

  @Test
  void aCompletionBackendWithoutMemoryPausesInput_andGoesOn() throws IOException {
    FakeNetwork.setCompletionBased(true);
    bench.pages.exhausted = true;
    c.peer().send("room");
    bench.run();
    assertThat(c.endpoint().events).containsExactly("out of pages");
    bench.pages.exhausted = false;
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEmpty();
    c.handle().resumeInput();
    bench.run();
    assertThat(c.endpoint().arrivedText()).isEqualTo("room");
  }

  @Test
  void optionsAreNotedAndUnknownOnesNamed() throws IOException {
    c.handle().setOption(StandardSocketOptions.TCP_NODELAY, true);
    assertThat(c.peer().optionsOfLibrarySide())
        .isEqualTo(Map.of(StandardSocketOptions.TCP_NODELAY, true));
    assertThatThrownBy(() -> c.handle().setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("IP_MULTICAST_LOOP");
  }

  @Test
  void bothEndsSeeTheSameAddresses() {
    assertThat(c.handle().localAddress()).isEqualTo(c.peer().remoteAddress());
    assertThat(c.handle().remoteAddress()).isEqualTo(c.peer().localAddress());
  }

  @Test
  void receivingTooLittleSaysWhatCame() throws IOException {
    c.endpoint().queue("ab");
    c.endpoint().send();
    assertThatThrownBy(() -> c.peer().receive(3, AT_ONCE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Only 2 of 3 bytes came within 0 ms")
        .hasMessageContaining("6162");
    assertThatThrownBy(() -> c.peer().awaitEnd(AT_ONCE)).isInstanceOf(AssertionError.class);
  }
}
