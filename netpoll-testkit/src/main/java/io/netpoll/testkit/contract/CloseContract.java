package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
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
    pair.endpoint().resume();
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
    pair.endpoint().resume();
    pair.endpoint().pause();
    pair.handle().watchOutput();
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
    pair.endpoint().resume();
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
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
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
    pairs.get(4).handle().watchOutput();
    stage.closePoller();

    for (SocketPair pair : pairs) {
      assertThat(pair.endpoint().events)
          .containsExactly(pair == pairs.get(3) ? "detached" : "closed");
      pair.handle().close();
      pair.endpoint().resume();
    }
    pairs.get(3).endpoint().detached().close();
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSentBeforeTheCloseArrives(SocketKind kind) throws Exception {
    var pair = readingPair(kind);
    pair.endpoint().write("last words");
    assertThat(pair.endpoint().send()).isTrue();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");

    assertThat(pair.peerReads(100)).isEqualTo("last words");
  }

  @ParameterizedTest
  @EnumSource
  void closedWithTheTokenAndAFullSocket_nothingFollows(SocketKind kind) throws Exception {
    var pair = readingPair(kind);
    pair.fill();
    pair.handle().watchOutput();
    stage.turn();
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");
    pair.peer().close();
    stage.assertQuiet();
    assertThat(pair.endpoint().drains).isZero();
  }

  /**
   * A forced close does not wait for a sender, which may be told so by an exception, or may send to
   * the peer that it was for; but whoever opens sockets then must not get its bytes.
   */
  @ParameterizedTest
  @EnumSource
  void closingThePollerWhileAThreadSends_noByteReachesAStranger(SocketKind kind) throws Exception {
    var pair = pair(kind);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    pair.endpoint().write("secret");
    pair.endpoint().onCollect =
        () -> {
          inside.countDown();
          await(opened);
        };
    Background<Boolean> sender = Background.start(pair.endpoint()::send);
    inside.await();
    stage.closePoller();
    assertThat(pair.endpoint().events).containsExactly("closed");
    List<SocketChannel> strangers = new ArrayList<>();
    Path place = Files.createTempDirectory(directory, "strangers");
    try (ServerSocketChannel listening = kind.listen(place)) {
      for (int i = 0; i < 16; i++) {
        strangers.add(stage.keep(SocketChannel.open(listening.getLocalAddress())));
        strangers.add(stage.keep(listening.accept()));
      }
    } finally {
      opened.countDown();
    }
    try {
      sender.get();
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(IOException.class);
    }
    assertThat("secret").startsWith(pair.peerReads(100));
    for (SocketChannel stranger : strangers) {
      stranger.configureBlocking(false);
      assertThat(stranger.read(ByteBuffer.allocate(1))).as("bytes for a stranger").isZero();
    }
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(IOException.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What is told once, each in a state in which it is. */
  enum ToldOnce {
    CONNECTED("connected"),
    REFUSED("failed"),
    RESET("failed"),
    UNSENDABLE("failed"),
    END("ended");

    final String event;

    ToldOnce(String event) {
      this.event = event;
    }
  }

  /**
   * An endpoint throws nothing but what says that there is no memory, in the middle of anything.
   */
  @ParameterizedTest
  @EnumSource
  void whatCannotBeTold_forWantOfMemory_isTheEnd_andThatIsTold(ToldOnce what) throws Exception {
    RecordingEndpoint endpoint = meet(what);
    endpoint.onTold =
        () -> {
          endpoint.onTold = () -> {};
          throw new OutOfMemoryError("as an engine may meet it");
        };
    assertThatThrownBy(() -> stage.until(endpoint::isOver)).isInstanceOf(OutOfMemoryError.class);
    stage.until(endpoint::isOver);
    assertThat(endpoint.events).containsExactly(what.event, "closed");
    stage.assertQuiet();
  }

  private RecordingEndpoint meet(ToldOnce what) throws Exception {
    if (what == ToldOnce.CONNECTED) {
      return stage.connect(listen(SocketKind.TCP).getLocalAddress());
    }
    if (what == ToldOnce.REFUSED) {
      return stage.connect(stage.keep(RefusingAddress.open()).address());
    }
    var pair = pair(SocketKind.TCP);
    if (what == ToldOnce.END) {
      pair.peer().shutdownOutput();
    } else {
      SocketKind.TCP.reset(pair.peer());
    }
    if (what == ToldOnce.UNSENDABLE) {
      pair.endpoint().write("to nobody");
      pair.handle().watchOutput();
    } else {
      pair.endpoint().resume();
    }
    return pair.endpoint();
  }

  @Test
  void closingThePollerTellsTheOthers_whereOneHasNoMemoryToBeTold() throws Exception {
    List<SocketPair> pairs = List.of(pair(), pair(), pair());
    for (SocketPair pair : pairs) {
      pair.endpoint().onTold =
          () -> {
            throw new OutOfMemoryError("as an engine may meet it");
          };
    }
    assertThatThrownBy(stage::closePoller).isInstanceOf(OutOfMemoryError.class);
    for (SocketPair pair : pairs) {
      assertThat(pair.endpoint().events).containsExactly("closed");
      assertThat(pair.peerReads(1)).as("FIN").isEmpty();
    }
  }

  @Test
  void closingThePollerTwiceDoesNothing() throws Exception {
    var pair = pair();
    stage.closePoller();
    stage.closePoller();
    assertThat(pair.endpoint().events).containsExactly("closed");
  }
}
