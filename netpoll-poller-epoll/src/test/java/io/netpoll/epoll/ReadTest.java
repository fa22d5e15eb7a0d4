package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Input, its pauses, its end, and that no state of it spins. */
@Timeout(180)
class ReadTest {
  @TempDir Path directory;
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  @ParameterizedTest
  @EnumSource
  void aSmallRequestCostsOneRead(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    pair.peerSends("request");
    loop.until(() -> pair.endpoint().text().equals("request"));
    loop.turn();

    assertThat(pair.endpoint().reads).containsExactly(7);
  }

  @Test
  void aReadThatFillsTheSpaceIsFollowedByAnother() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 4));
    pair.handle().resumeInput();
    pair.peerSends("0123456789");
    loop.turn();

    assertThat(pair.endpoint().reads).containsExactly(4, 4, 2);
    assertThat(pair.endpoint().text()).isEqualTo("0123456789");
  }

  @Test
  void whenItFillsExactlyTheLastReadBringsNothing() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 4));
    pair.handle().resumeInput();
    pair.peerSends("01234567");
    loop.turn();

    assertThat(pair.endpoint().reads).containsExactly(4, 4, 0);
  }

  @Test
  void severalSpansAreFilledInOrder() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(3, 4));
    pair.handle().resumeInput();
    pair.peerSends("0123456789");
    loop.turn();

    assertThat(pair.endpoint().reads).containsExactly(10);
    assertThat(pair.endpoint().text()).isEqualTo("0123456789");
  }

  @Test
  void oneEventReadsABoundedNumberOfTimes_andTheRestComesWithTheNext() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 1));
    pair.handle().resumeInput();
    pair.peerSends("x".repeat(20));
    loop.turn();
    assertThat(pair.endpoint().reads).hasSize(16);

    loop.turn();
    assertThat(pair.endpoint().text()).isEqualTo("x".repeat(20));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsReadBeforeResume_norWhilePaused_andNothingSpins(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.peerSends("one");
    loop.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().text().equals("one"));
    pair.handle().pauseInput();
    pair.peerSends("two");
    loop.assertQuiet();
    assertThat(pair.endpoint().text()).isEqualTo("one");

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().text().equals("onetwo"));
  }

  @Test
  void pausingInTheMiddleOfAnEventStopsAtOnce() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 4));
    pair.handle().resumeInput();
    pair.endpoint().onFilled = pair.handle()::pauseInput;
    pair.peerSends("01234567");
    loop.assertQuiet();

    assertThat(pair.endpoint().text()).isEqualTo("0123");
  }

  @Test
  void anEventOfTheBatchIsDroppedWhenPausedMeanwhile_andFoundAgain() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.handle().resumeInput();
    pair.peerSends("x");
    loop.poller.poll(Long.MAX_VALUE);
    pair.handle().pauseInput();
    loop.dispatch();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.handle().resumeInput();
    loop.turn();
    assertThat(pair.endpoint().text()).isEqualTo("x");
  }

  @Test
  void refusedSpacePausesAsIfTold() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.endpoint().wantsInput = false;
    pair.handle().resumeInput();
    pair.peerSends("later");
    loop.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();

    pair.endpoint().wantsInput = true;
    loop.assertQuiet();
    assertThat(pair.endpoint().reads).isEmpty();
    pair.handle().resumeInput();
    loop.turn();
    assertThat(pair.endpoint().text()).isEqualTo("later");
  }

  @ParameterizedTest
  @EnumSource
  void theEndIsToldOnce_afterTheData_andDoesNotSpin(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    pair.peerSends("last words");
    pair.peer().shutdownOutput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    assertThat(pair.endpoint().text()).isEqualTo("last words");
    loop.assertQuiet();

    pair.handle().resumeInput();
    pair.handle().pauseInput();
    pair.handle().resumeInput();
    loop.assertQuiet();
    assertThat(pair.endpoint().events).containsExactly("ended");

    pair.endpoint().write("answer");
    assertThat(pair.handle().send()).isTrue();
    assertThat(pair.peerReads(6)).isEqualTo("answer");
  }

  @ParameterizedTest
  @EnumSource
  void theEndWhilePausedIsToldAfterResume(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.peer().shutdownOutput();
    loop.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
  }

  @ParameterizedTest
  @EnumSource
  void thePeerIsGoneWhilePaused_toldAfterResume(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.peerSends("data");
    pair.peer().close();
    loop.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    assertThat(pair.endpoint().text()).isEqualTo("data");
    loop.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void bothDirectionsEnded_doesNotSpin(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    pair.handle().shutdownOutput();
    assertThat(pair.peerReads(1)).isEmpty();
    loop.assertQuiet();
    pair.peer().close();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    loop.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void ourHalfIsClosed_inputGoesOn(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    pair.handle().shutdownOutput();
    pair.handle().shutdownOutput();
    assertThat(pair.peerReads(1)).isEmpty();
    pair.peerSends("still here");
    loop.until(() -> pair.endpoint().text().equals("still here"));
    loop.assertQuiet();
    pair.endpoint().write("too late");
    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
  }

  @Test
  void aResetIsToldOnce_andDoesNotSpin() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().resumeInput();
    loop.turn();
    reset(pair);
    loop.until(() -> pair.endpoint().events.contains("failed"));
    assertThat(pair.endpoint().failure).hasMessageContaining("reset");
    assertThat(pair.endpoint().reads).containsExactly(0);

    loop.assertQuiet();
    pair.handle().resumeInput();
    pair.handle().sendWhenWritable();
    loop.assertQuiet();
    assertThat(pair.endpoint().events).containsExactly("failed");
  }

  @Test
  void aResetWhilePausedIsToldAfterResume() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    reset(pair);
    loop.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().events.contains("failed"));
    loop.assertQuiet();
  }

  @Test
  void aResetAfterTheEndIsNotTold_andDoesNotSpin() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().resumeInput();
    pair.peer().shutdownOutput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    reset(pair);
    loop.assertQuiet();

    assertThat(pair.endpoint().events).containsExactly("ended");
    pair.endpoint().write("x");
    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
    loop.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void discardsWhatIsThere_whilePaused(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    assertThat(pair.handle().discardInput()).isZero();
    pair.peerSends("x".repeat(150_000));
    int discarded = 0;
    while (discarded < 150_000) {
      discarded += pair.handle().discardInput();
    }
    assertThat(discarded).isEqualTo(150_000);
    assertThat(pair.handle().discardInput()).isZero();
    pair.peerSends("end");
    pair.peer().shutdownOutput();
    assertThat(pair.handle().discardInput()).isEqualTo(3);
    assertThat(pair.handle().discardInput()).isEqualTo(-1);
    assertThat(pair.endpoint().reads).isEmpty();
    assertThat(pair.endpoint().events).isEmpty();
  }

  @Test
  void discardsNothing_afterTheEnd_aReset_orAClose() throws Exception {
    var ended = loop.pair(Kind.TCP, directory);
    ended.handle().resumeInput();
    ended.peer().shutdownOutput();
    loop.until(() -> ended.endpoint().events.contains("ended"));
    assertThat(ended.handle().discardInput()).isEqualTo(-1);

    var broken = loop.pair(Kind.TCP, directory);
    reset(broken);
    assertThat(broken.handle().discardInput()).isEqualTo(-1);
    broken.handle().close();
    assertThat(broken.handle().discardInput()).isEqualTo(-1);
  }

  @Test
  void aHangUpIsRememberedThroughPausesWhileThereIsOutputToo() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.handle().resumeInput();
    pair.peerSends("data");
    pair.handle().pauseInput();
    pair.peer().close();
    loop.assertQuiet();
    pair.handle().resumeInput();
    pair.handle().pauseInput();
    loop.assertQuiet();
    assertThat(pair.endpoint().events).isEmpty();

    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    assertThat(pair.endpoint().text()).isEqualTo("data");
  }

  private static void reset(Loop.Pair pair) throws IOException {
    pair.peer().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.peer().close();
  }
}
