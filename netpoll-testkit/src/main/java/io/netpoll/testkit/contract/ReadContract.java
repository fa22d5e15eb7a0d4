package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Input and its pauses. */
abstract class ReadContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void aSmallRequestCostsOneRead(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    pair.peerSends("request");
    stage.untilReceived(pair.endpoint(), "request");
    stage.turn();

    assertThat(pair.endpoint().reads).containsExactly(7);
  }

  @Test
  void moreThanTheSpaceTakesComesInPieces_inOrder() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.endpoint().resume();
    pair.peerSends("0123456789");
    stage.untilReceived(pair.endpoint(), "0123456789");
    stage.assertQuiet();
  }

  @Test
  void exactlyWhatTheSpaceTakes_isAllThereIs() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.endpoint().resume();
    pair.peerSends("01234567");
    stage.untilReceived(pair.endpoint(), "01234567");
    stage.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();
  }

  @Test
  void severalSpansAreFilledInOrder() throws Exception {
    var pair = pair(new RecordingEndpoint(3, 4));
    pair.endpoint().resume();
    pair.peerSends("0123456789");
    stage.untilReceived(pair.endpoint(), "0123456789");
  }

  @Test
  void oneEventReadsABoundedNumberOfTimes_soThatOthersHaveTheirTurn() throws Exception {
    String flood = "x".repeat(4000);
    var pair = pair(new RecordingEndpoint(1, 1));
    pair.endpoint().resume();
    pair.peerSends(flood);
    stage.poller().poll(Long.MAX_VALUE);
    stage.dispatchOne();
    assumeTrue(
        pair.endpoint().reads.stream().allMatch(bytes -> bytes <= 1),
        "The backend fills pages of its own.");
    assertThat(pair.endpoint().reads).hasSizeBetween(1, 1000);

    stage.untilReceived(pair.endpoint(), flood);
  }

  @Test
  void aZeroLengthWriteOfThePeerIsNoEvent() throws Exception {
    var pair = readingPair(anyKind());
    pair.peer().write(ByteBuffer.allocate(0));
    stage.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();
    assertThat(pair.endpoint().events).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsReadBeforeResume_norWhilePaused_andNothingSpins(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.peerSends("one");
    stage.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "one");
    pair.endpoint().pause();
    pair.peerSends("two");
    stage.assertQuiet();
    assertThat(pair.endpoint().text()).isEqualTo("one");

    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "onetwo");
  }

  @Test
  void pausingInTheMiddleOfAnEventStopsAtOnce() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.endpoint().resume();
    pair.endpoint().onFilled = pair.endpoint()::pause;
    pair.peerSends("01234567");
    stage.assertQuiet();

    assertThat(pair.endpoint().text()).isEqualTo("0123");
    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "01234567");
  }

  @Test
  void anEventOfTheBatchIsDroppedWhenPausedMeanwhile_andFoundAgain() throws Exception {
    var pair = pair();
    pair.endpoint().resume();
    pair.peerSends("x");
    stage.poller().poll(Long.MAX_VALUE);
    pair.endpoint().pause();
    stage.dispatch();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "x");
  }

  @Test
  void refusedSpacePausesAsIfTold() throws Exception {
    var pair = pair();
    pair.endpoint().wantsInput = false;
    pair.endpoint().resume();
    pair.peerSends("later");
    stage.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.endpoint().wantsInput = true;
    stage.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();
    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "later");
  }

  @Test
  void pausedAndResumedManyTimesInARow_nothingIsLostOrDoubled() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 64));
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      pair.endpoint().resume();
      String piece = "<" + i + ">";
      pair.peerSends(piece);
      sent.append(piece);
      if (i % 3 == 0) {
        stage.turn();
      }
      pair.endpoint().pause();
      if (i % 2 == 0) {
        stage.turn();
      }
    }
    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), sent.toString());
  }
}
