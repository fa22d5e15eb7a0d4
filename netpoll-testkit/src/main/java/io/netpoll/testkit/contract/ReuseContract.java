package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Late events: none reaches a closed handle, or the one that uses its descriptor again. */
abstract class ReuseContract extends PollerSuite {

  @Test
  void nothingOfTheBatchReachesAClosedHandle() throws Exception {
    var pair = pair();
    pair.endpoint().resume();
    pair.handle().watchOutput();
    pair.peerSends("late");
    stage.poller().poll(Long.MAX_VALUE);
    pair.handle().close();
    stage.dispatch();
    stage.untilTold(pair.endpoint(), "closed");
    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(pair.endpoint().reads).isEmpty();
    assertThat(pair.endpoint().drains).isZero();
  }

  @Test
  void closedByAnEarlierEventOfTheSameBatch() throws Exception {
    var first = pair();
    var second = pair();
    first.endpoint().onFilled = second.handle()::close;
    second.endpoint().onFilled = first.handle()::close;
    first.endpoint().resume();
    second.endpoint().resume();
    first.peerSends("1");
    second.peerSends("2");
    stage.until(() -> first.endpoint().isOver() || second.endpoint().isOver());
    stage.assertQuiet();

    assertThat(first.endpoint().text() + second.endpoint().text()).hasSize(1);
    assertThat(first.endpoint().isOver()).isNotEqualTo(second.endpoint().isOver());
  }

  @Test
  void closedFromWithinFilled_withTheEndBehind() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.endpoint().onFilled = pair.handle()::close;
    pair.endpoint().resume();
    pair.handle().watchOutput();
    pair.peerSends("01234567");
    pair.peer().close();
    stage.until(() -> !pair.endpoint().events.isEmpty());

    assertThat(pair.endpoint().text()).isEqualTo("0123");
    assertThat(pair.endpoint().events).containsExactly("closed");
  }

  @Test
  void aDescriptorUsedAgainGetsItsOwnEventsOnly() throws Exception {
    for (int i = 0; i < 50; i++) {
      var old = pair();
      old.handle().resumeInput();
      old.peerSends("late");
      old.handle().close();
      stage.untilTold(old.endpoint(), "closed");
      var young = pair();
      old.peer().close();
      young.handle().resumeInput();
      young.peerSends("own");
      stage.untilReceived(young.endpoint(), "own");
      young.handle().abort();
      stage.untilTold(young.endpoint(), "closed");
      young.peer().close();
      assertThat(old.endpoint().reads).isEmpty();
      assertThat(young.endpoint().events).containsExactly("closed");
    }
  }

  @Test
  void aDescriptorUsedAgainWithinTheBatch_getsNoEventOfThatBatch() throws Exception {
    ServerSocketChannel server = listen(anyKind());
    var first = pair();
    var second = pair();
    List<RecordingEndpoint> young = new ArrayList<>();
    first.endpoint().onFilled = () -> young.add(replace(second, server));
    second.endpoint().onFilled = () -> young.add(replace(first, server));
    first.endpoint().resume();
    second.endpoint().resume();
    first.peerSends("1");
    second.peerSends("2");
    stage.until(() -> first.endpoint().isOver() || second.endpoint().isOver());
    stage.assertQuiet();
    assertThat(young).hasSize(1);
    assertThat(young.get(0).events).containsExactly("connected");
    assertThat(young.get(0).reads).isEmpty();

    var pair = new SocketPair(young.get(0), stage.keep(server.accept()));
    pair.peerSends("own");
    stage.untilReceived(pair.endpoint(), "own");
  }

  /** Closes one socket and opens another, which may get its descriptor or slot. */
  private RecordingEndpoint replace(SocketPair old, ServerSocketChannel server) {
    old.handle().close();
    try {
      RecordingEndpoint young = stage.connect(server.getLocalAddress());
      young.handle().resumeInput();
      return young;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
