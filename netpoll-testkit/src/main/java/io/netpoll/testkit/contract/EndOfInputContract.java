package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** FIN and RST in every state, and that none of them spins. */
abstract class EndOfInputContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void theEndIsToldOnce_afterTheData_andDoesNotSpin(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    pair.peerSends("last words");
    pair.peer().shutdownOutput();
    stage.untilTold(pair.endpoint(), "ended");
    assertThat(pair.endpoint().text()).isEqualTo("last words");
    stage.assertQuiet();

    pair.endpoint().resume();
    pair.endpoint().pause();
    pair.endpoint().resume();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).containsExactly("ended");

    pair.endpoint().write("answer");
    assertThat(pair.endpoint().send()).isTrue();
    assertThat(pair.peerReads(6)).isEqualTo("answer");
  }

  @ParameterizedTest
  @EnumSource
  void theEndWhilePausedIsToldAfterResume(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.peer().shutdownOutput();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "ended");
  }

  @ParameterizedTest
  @EnumSource
  void thePeerIsGoneWhilePaused_toldAfterResume(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.peerSends("data");
    pair.peer().close();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "ended");
    assertThat(pair.endpoint().text()).isEqualTo("data");
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void bothDirectionsEnded_doesNotSpin(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    pair.handle().shutdownOutput();
    assertThat(pair.peerReads(1)).isEmpty();
    stage.assertQuiet();
    pair.peer().close();
    stage.untilTold(pair.endpoint(), "ended");
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void ourHalfIsClosed_inputGoesOn(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    pair.handle().shutdownOutput();
    pair.handle().shutdownOutput();
    assertThat(pair.peerReads(1)).isEmpty();
    pair.peerSends("still here");
    stage.untilReceived(pair.endpoint(), "still here");
    stage.assertQuiet();
    pair.endpoint().write("too late");
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
  }

  @Test
  void aResetIsToldOnce_andDoesNotSpin() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.endpoint().resume();
    stage.turn();
    SocketKind.TCP.reset(pair.peer());
    stage.untilTold(pair.endpoint(), "failed");
    assertThat(pair.endpoint().failure).hasMessageContaining("reset");
    assertThat(pair.endpoint().text()).isEmpty();

    stage.assertQuiet();
    pair.endpoint().resume();
    pair.handle().watchOutput();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).containsExactly("failed");
  }

  @Test
  void aResetWhilePausedIsToldAfterResume() throws Exception {
    var pair = pair(SocketKind.TCP);
    SocketKind.TCP.reset(pair.peer());
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "failed");
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void theEndWhilePausedAgain_isToldBehindTheData(SocketKind kind) throws Exception {
    var pair = pausedAgain(kind);
    pair.peerSends("unread");
    pair.peer().shutdownOutput();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "ended");
    assertThat(pair.endpoint().text()).isEqualTo("firstunread");
    assertThat(pair.endpoint().resets).isZero();
  }

  /** It is told at once where the backend sees it without reading. */
  @Test
  void aResetWhilePausedAgain_isToldOnceAtMost_andFailsAfterResume() throws Exception {
    var pair = pausedAgain(SocketKind.TCP);
    pair.peerSends("unread");
    SocketKind.TCP.reset(pair.peer());
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();
    pair.endpoint().pause();
    stage.assertQuiet();
    int told = pair.endpoint().resets;
    assertThat(told).isLessThanOrEqualTo(1);

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "failed");
    stage.assertQuiet();
    assertThat(pair.endpoint().resets).isEqualTo(told);
  }

  private SocketPair pausedAgain(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    pair.peerSends("first");
    stage.untilReceived(pair.endpoint(), "first");
    pair.endpoint().pause();
    return pair;
  }

  @Test
  void aResetAfterTheEndIsNotTold_andDoesNotSpin() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.endpoint().resume();
    pair.peer().shutdownOutput();
    stage.untilTold(pair.endpoint(), "ended");
    SocketKind.TCP.reset(pair.peer());
    stage.assertQuiet();

    assertThat(pair.endpoint().events).containsExactly("ended");
    pair.endpoint().write("x");
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
    stage.assertQuiet();
  }

  @Test
  void aResetBehindInput_isToldAfterThatInputOrInItsPlace() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.endpoint().resume();
    pair.peerSends("cut o");
    SocketKind.TCP.reset(pair.peer());
    stage.untilTold(pair.endpoint(), "failed");

    assertThat("cut o").startsWith(pair.endpoint().text());
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void thePeerClosesWithDataUnread_isTold_andDoesNotSpin(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().write("never read");
    assertThat(pair.endpoint().send()).isTrue();
    pair.endpoint().resume();
    pair.peer().close(); // with unread bytes: RST in place of FIN where the system does so
    stage.until(() -> !pair.endpoint().events.isEmpty());

    assertThat(pair.endpoint().events).containsAnyOf("ended", "failed");
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void theEndAndTheTokenAtOnce_doesNotSpin(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.fill();
    pair.handle().watchOutput();
    pair.peer().shutdownOutput();
    stage.assertQuiet();
    assertThat(pair.endpoint().events).as("input is paused").isEmpty();

    pair.endpoint().resume();
    stage.untilTold(pair.endpoint(), "ended");
    stage.assertQuiet();
  }
}
