package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ways to end: close, abort, and the poller's own close. */
abstract class CloseContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void closeSendsTheEnd_andIsToldOnceTheDescriptorIsFree(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.handle().resumeInput();
    stage.turn();
    final int before = descriptors();
    pair.handle().close();
    pair.handle().close();
    pair.handle().abort();
    pair.handle().detach();
    assertThat(pair.endpoint().events).as("told from dispatch only").isEmpty();

    stage.untilTold(pair.endpoint(), "closed");
    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(descriptors()).isEqualTo(before - Math.min(before, 1));
    assertThat(pair.peerReads(1)).as("FIN").isEmpty();
    stage.assertQuiet();
    pair.handle().resumeInput();
    pair.handle().pauseInput();
    pair.handle().sendWhenWritable();
    stage.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void closeWhatWasNeverResumed(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(pair.peerReads(1)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void discardInputDropsWhatCameAndTellsTheEnd(SocketKind kind) throws Exception {
    var pair = pair(kind);
    assertThat(pair.handle().discardInput()).as("nothing came").isZero();
    pair.peer().write(ByteBuffer.allocate(100_000));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    int dropped = 0;
    while (dropped < 100_000 && System.nanoTime() < deadline) {
      dropped += pair.handle().discardInput();
    }
    assertThat(dropped).isEqualTo(100_000);
    pair.peer().shutdownOutput();
    int last;
    do {
      last = pair.handle().discardInput();
    } while (last == 0 && System.nanoTime() < deadline);
    assertThat(last).as("the end").isEqualTo(-1);
    assertThat(pair.endpoint().events).isEmpty();
  }

  @Test
  void abortResets() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().resumeInput();
    stage.turn();
    pair.handle().abort();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThatThrownBy(() -> pair.peer().read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void abortOfAUnixSocketCloses() throws Exception {
    var pair = pair(SocketKind.UNIX);
    pair.handle().abort();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(pair.peerReads(1)).isEmpty();
  }

  @Test
  void closeDoesNotLinger() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().setOption(StandardSocketOptions.SO_LINGER, 100);
    pair.fill();
    long start = System.nanoTime();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(50));
  }

  @Test
  void addressesStay_optionsDoNot() throws Exception {
    var pair = pair(SocketKind.TCP);
    SocketAddress local = pair.handle().localAddress();
    SocketAddress remote = pair.handle().remoteAddress();
    assertThat(remote).isEqualTo(pair.peer().getLocalAddress());
    pair.handle().close();

    assertThatThrownBy(() -> pair.handle().setOption(StandardSocketOptions.TCP_NODELAY, true))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
    assertThatThrownBy(pair.handle()::shutdownOutput).isInstanceOf(IOException.class);
    stage.untilTold(pair.endpoint(), "closed");
    assertThat(pair.handle().localAddress()).isEqualTo(local);
    assertThat(pair.handle().remoteAddress()).isEqualTo(remote);
  }

  @Test
  void closingThePollerTellsEverybody_whateverIsPending() throws Exception {
    List<SocketPair> pairs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pairs.add(pair(i % 2 == 0 ? SocketKind.TCP : anyKind()));
    }
    pairs.get(0).handle().resumeInput();
    pairs.get(0).peerSends("never read");
    pairs.get(1).handle().resumeInput();
    pairs.get(1).peerSends("never read");
    stage.poller().poll(Long.MAX_VALUE); // the batch is never dispatched
    pairs.get(2).handle().close();
    pairs.get(3).handle().detach();
    pairs.get(4).handle().sendWhenWritable();
    stage.closePoller();

    for (SocketPair pair : pairs) {
      assertThat(pair.endpoint().events)
          .containsExactly(pair == pairs.get(3) ? "detached" : "closed");
      pair.handle().close();
      pair.handle().resumeInput();
    }
    pairs.get(3).endpoint().detached().close();
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSentBeforeTheCloseArrives(SocketKind kind) throws Exception {
    var pair = readingPair(kind);
    pair.endpoint().write("last words");
    assertThat(pair.handle().send()).isTrue();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(pair.peerReads(100)).isEqualTo("last words");
  }

  @ParameterizedTest
  @EnumSource
  void closedWithTheTokenAndAFullSocket_nothingFollows(SocketKind kind) throws Exception {
    var pair = readingPair(kind);
    pair.fill();
    pair.handle().sendWhenWritable();
    stage.turn();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");
    pair.peer().close();
    stage.assertQuiet();
    assertThat(pair.endpoint().drains).isZero();
  }

  @Test
  void closingThePollerTwiceDoesNothing() throws Exception {
    var pair = pair();
    stage.closePoller();
    stage.closePoller();
    assertThat(pair.endpoint().events).containsExactly("closed");
  }
}
