package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sending: on the caller's thread, and by the poller when the socket was full. */
abstract class SendContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void sendsSeveralSpansInOneGo(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().write("one ");
    pair.endpoint().write("two ");
    pair.endpoint().write("three");

    assertThat(pair.endpoint().send()).isTrue();
    assertThat(pair.endpoint().send()).as("nothing to send").isTrue();
    assertThat(pair.peerReads(13)).isEqualTo("one two three");
  }

  @ParameterizedTest
  @EnumSource
  void sendsMoreSpansThanOneCallTakes(SocketKind kind) throws Exception {
    var pair = pair(kind);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      pair.endpoint().write("<" + i + ">");
      expected.append('<').append(i).append('>');
    }

    assertThat(pair.endpoint().send()).isTrue();
    assertThat(pair.peerReads(expected.length())).isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatReadsLateGetsEveryByte_andAFullSocketDoesNotSpin(SocketKind kind) throws Exception {
    int total = 16 << 20;
    var pair = pair(kind);
    final long expected = Bulk.write(pair.endpoint(), total);
    assertThat(pair.endpoint().send()).isFalse();
    pair.handle().watchOutput();
    stage.assertQuiet();

    FutureTask<Long> reader = Background.start(() -> Bulk.checksumOf(pair.peer(), total));
    stage.until(() -> pair.endpoint().drains == 1);
    stage.until(reader::isDone);
    assertThat(reader.get()).isEqualTo(expected);
    stage.assertQuiet();
    assertThat(pair.endpoint().drains).isEqualTo(1);
  }

  @Test
  void whatIsFlushedWhileDrainingIsSentToo() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.endpoint().write("first ");
    pair.endpoint().onDrained = () -> pair.endpoint().write("second");
    pair.handle().watchOutput();
    stage.until(() -> pair.endpoint().drains == 2);

    assertThat(pair.peerReads(12)).isEqualTo("first second");
    stage.assertQuiet();
  }

  @Test
  void theTokenWithNothingToSendIsGivenBackAtOnce() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().watchOutput();
    stage.until(() -> pair.endpoint().drains == 1);
    stage.assertQuiet();
  }

  @Test
  void sendingToAPeerThatIsGoneThrows() throws Exception {
    var pair = pair();
    pair.peer().close();
    pair.endpoint().write("x");

    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerGoesWhileTheSocketIsFull_toldAlsoWhilePaused(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.fill();
    pair.handle().watchOutput();
    stage.assertQuiet();
    kind.reset(pair.peer());
    stage.untilTold(pair.endpoint(), "failed");
    stage.assertQuiet();

    assertThat(pair.endpoint().events).containsExactly("failed");
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerHalfClosesWhileTheSocketIsFull_doesNotSpin_andAllIsSent(SocketKind kind)
      throws Exception {
    int total = 4 << 20;
    var pair = pair(kind);
    final long expected = Bulk.write(pair.endpoint(), total);
    pair.endpoint().resume();
    pair.handle().watchOutput();
    pair.peer().shutdownOutput();
    stage.untilTold(pair.endpoint(), "ended");
    stage.assertQuiet();

    FutureTask<Long> reader = Background.start(() -> Bulk.checksumOf(pair.peer(), total));
    stage.until(reader::isDone);
    assertThat(reader.get()).isEqualTo(expected);
    stage.until(() -> pair.endpoint().drains == 1);
    stage.assertQuiet();
  }

  @Test
  void readsOnWhileItWaitsToSend() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.fill();
    pair.handle().watchOutput();
    pair.endpoint().resume();
    pair.peerSends("hello");
    stage.untilReceived(pair.endpoint(), "hello");
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void aResetWhileSending_isThrownToTheSender_orTold(SocketKind kind) throws Exception {
    var pair = readingPair(kind);
    pair.fill();
    kind.reset(pair.peer());

    assertThatThrownBy(
            () -> {
              while (!pair.endpoint().send()) {}
            })
        .isInstanceOf(IOException.class);
    stage.assertQuiet();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");
  }
}
