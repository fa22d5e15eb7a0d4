package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ways to end: close, abort, detach, and the poller's own close. */
@Timeout(180)
class CloseTest {
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
  void closeSendsTheEnd_andIsToldOnceTheDescriptorIsFree(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    loop.turn();
    final long before = Loop.descriptors();
    pair.handle().close();
    pair.handle().close();
    pair.handle().abort();
    pair.handle().detach();
    assertThat(pair.endpoint().events).as("told from dispatch only").isEmpty();

    assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(1);
    loop.dispatch();
    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(Loop.descriptors()).isEqualTo(before - Math.min(before, 1));
    assertThat(pair.peerReads(1)).as("FIN").isEmpty();
    loop.assertQuiet();
    pair.handle().resumeInput();
    pair.handle().pauseInput();
    pair.handle().sendWhenWritable();
    loop.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void closeWhatWasNeverResumed(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().close();
    loop.poller.poll(Long.MAX_VALUE);
    loop.dispatch();

    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(pair.peerReads(1)).isEmpty();
  }

  @Test
  void abortResets() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().resumeInput();
    loop.turn();
    pair.handle().abort();
    loop.turn();

    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThatThrownBy(() -> pair.peer().read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void abortOfAUnixSocketCloses() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.handle().abort();
    loop.turn();

    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(pair.peerReads(1)).isEmpty();
  }

  @Test
  void closeDoesNotLinger() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().setOption(StandardSocketOptions.SO_LINGER, 100);
    TestPage page = new TestPage(1 << 20);
    do {
      pair.endpoint().write(page, 0, page.size());
    } while (pair.handle().send());
    long start = System.nanoTime();
    pair.handle().close();
    loop.until(() -> pair.endpoint().events.contains("closed"));

    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(50));
  }

  @Test
  void nothingOfTheBatchReachesAClosedHandle() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.handle().resumeInput();
    pair.handle().sendWhenWritable();
    pair.peerSends("late");
    loop.poller.poll(Long.MAX_VALUE);
    pair.handle().close();
    loop.dispatch();
    assertThat(pair.endpoint().reads).isEmpty();
    assertThat(pair.endpoint().drains).isZero();
    assertThat(pair.endpoint().events).containsExactly("closed");
  }

  @Test
  void closedByAnEarlierEventOfTheSameBatch() throws Exception {
    var first = loop.pair(Kind.UNIX, directory);
    var second = loop.pair(Kind.UNIX, directory);
    first.endpoint().onFilled = second.handle()::close;
    second.endpoint().onFilled = first.handle()::close;
    first.handle().resumeInput();
    second.handle().resumeInput();
    first.peerSends("1");
    second.peerSends("2");
    assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(2);
    loop.dispatch();
    assertThat(first.endpoint().text() + second.endpoint().text()).hasSize(1);

    loop.turn();
    assertThat(first.endpoint().events.size() + second.endpoint().events.size()).isEqualTo(1);
  }

  @Test
  void closedFromWithinFilled_withTheEndBehind() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 4));
    pair.endpoint().onFilled = pair.handle()::close;
    pair.handle().resumeInput();
    pair.handle().sendWhenWritable();
    pair.peerSends("01234567");
    pair.peer().close();
    loop.until(() -> !pair.endpoint().events.isEmpty());

    assertThat(pair.endpoint().text()).isEqualTo("0123");
    assertThat(pair.endpoint().events).containsExactly("closed");
  }

  @Test
  void aDescriptorUsedAgainGetsItsOwnEventsOnly() throws Exception {
    for (int i = 0; i < 100; i++) {
      var old = loop.pair(Kind.UNIX, directory);
      old.handle().resumeInput();
      old.peerSends("late");
      old.handle().close();
      loop.until(() -> old.endpoint().events.contains("closed"));
      var young = loop.pair(Kind.UNIX, directory);
      old.peer().close();
      young.handle().resumeInput();
      young.peerSends("own");
      loop.until(() -> young.endpoint().text().equals("own"));
      young.handle().abort();
      loop.until(() -> young.endpoint().events.contains("closed"));
      young.peer().close();
      assertThat(old.endpoint().reads).isEmpty();
      assertThat(young.endpoint().events).containsExactly("closed");
    }
  }

  /** The duplicate stands for a process that is being started, and shares what is open. */
  @Test
  void lateEventsOfAClosedDescriptorReachNobody_alsoWhenItsSlotIsUsedAgain() throws Exception {
    var old = loop.pair(Kind.UNIX, directory);
    StreamHandle oldHandle = (StreamHandle) old.handle();
    old.handle().resumeInput();
    final int slot = oldHandle.slot();
    final int duplicate = Kernel.duplicate(oldHandle.fd);
    old.handle().close();
    loop.until(() -> old.endpoint().events.contains("closed"));
    // The first takes the slot of the listening socket that made the pair.
    var young = loop.pair(Kind.UNIX, directory);
    var another = loop.pair(Kind.UNIX, directory);
    young.handle().resumeInput();
    another.handle().resumeInput();
    assertThat(slot)
        .isIn(((StreamHandle) young.handle()).slot(), ((StreamHandle) another.handle()).slot());

    old.peerSends("late");
    for (int i = 0; i < 10; i++) {
      assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(1);
      loop.dispatch();
    }
    Libc.close(duplicate);
    loop.assertQuiet();
    assertThat(young.endpoint().reads).isEmpty();
    assertThat(another.endpoint().reads).isEmpty();
    assertThat(old.endpoint().events).containsExactly("closed");
  }

  @Test
  void otherThreadsAskAndSetWhileTheLeaderCloses() throws Exception {
    for (int i = 0; i < 200; i++) {
      var pair = loop.pair(Kind.TCP, directory);
      SocketAddress expected = pair.peer().getRemoteAddress();
      FutureTask<SocketAddress> asking = new FutureTask<>(pair.handle()::localAddress);
      FutureTask<Boolean> setting =
          new FutureTask<>(
              () -> {
                try {
                  while (true) {
                    pair.handle().setOption(StandardSocketOptions.TCP_NODELAY, true);
                  }
                } catch (ClosedChannelException e) {
                  return true;
                }
              });
      new Thread(setting).start();
      new Thread(asking).start();
      pair.handle().close();
      loop.until(() -> pair.endpoint().events.contains("closed"));
      assertThat(asking.get()).isEqualTo(expected);
      assertThat(setting.get()).isTrue();
      pair.peer().close();
    }
  }

  @Test
  void addressesStay_optionsDoNot() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    SocketAddress local = pair.handle().localAddress();
    SocketAddress remote = pair.handle().remoteAddress();
    assertThat(remote).isEqualTo(pair.peer().getLocalAddress());
    pair.handle().close();

    assertThatThrownBy(() -> pair.handle().setOption(StandardSocketOptions.TCP_NODELAY, true))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
    assertThatThrownBy(pair.handle()::shutdownOutput).isInstanceOf(IOException.class);
    loop.until(() -> pair.endpoint().events.contains("closed"));
    assertThat(pair.handle().localAddress()).isEqualTo(local);
    assertThat(pair.handle().remoteAddress()).isEqualTo(remote);
  }

  @Test
  void optionsOfAConnection() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().setOption(StandardSocketOptions.TCP_NODELAY, true);
    pair.handle().setOption(Loop.keepIdle(), 60);

    var unix = loop.pair(Kind.UNIX, directory);
    assertThatThrownBy(() -> unix.handle().setOption(StandardSocketOptions.TCP_NODELAY, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
  }

  @ParameterizedTest
  @EnumSource
  void aDetachedSocketGoesToAnotherPoller_withItsUnreadInput(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.handle().resumeInput();
    loop.turn();
    pair.peerSends("for the next");
    pair.handle().detach();
    pair.handle().close();
    pair.handle().resumeInput();
    assertThat(pair.endpoint().events).isEmpty();
    loop.until(() -> pair.endpoint().events.contains("detached"));
    assertThat(pair.endpoint().text()).isEmpty();
    StreamSocket socket = pair.endpoint().detached;
    assertThat(socket.remoteAddress()).isEqualTo(pair.handle().remoteAddress());

    Poller another = loop.anotherPoller();
    TestEndpoint next = loop.attach(another, socket, new TestEndpoint());
    assertThatThrownBy(() -> loop.poller.attach(socket, new TestEndpoint()))
        .isInstanceOf(IOException.class);
    socket.close();
    next.handle().resumeInput();
    loop.until(another, () -> next.text().equals("for the next"));
    next.write("thanks");
    assertThat(next.handle().send()).isTrue();
    assertThat(pair.peerReads(6)).isEqualTo("thanks");
  }

  @Test
  void aDetachedSocketCanComeBack() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().detach();
    loop.until(() -> pair.endpoint().detached != null);
    TestEndpoint again = loop.attach(pair.endpoint().detached, new TestEndpoint());
    again.handle().resumeInput();
    pair.peerSends("back");
    loop.until(() -> again.text().equals("back"));
  }

  @Test
  void aDetachedSocketThatNobodyWantsIsClosedByItsOwner() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().detach();
    loop.until(() -> pair.endpoint().detached != null);
    pair.endpoint().detached.close();
    pair.endpoint().detached.close();

    assertThatThrownBy(() -> pair.peerReads(1)).isInstanceOf(IOException.class);
  }

  @Test
  void closingThePollerTellsEverybody_whateverIsPending() throws Exception {
    List<Loop.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pairs.add(loop.pair(i % 2 == 0 ? Kind.TCP : Kind.UNIX, directory));
    }
    pairs.get(0).handle().resumeInput();
    pairs.get(0).peerSends("never read");
    pairs.get(1).handle().resumeInput();
    pairs.get(1).peerSends("never read");
    loop.poller.poll(Long.MAX_VALUE);
    pairs.get(2).handle().close();
    pairs.get(3).handle().detach();
    pairs.get(4).handle().sendWhenWritable();
    loop.closePoller();

    for (Loop.Pair pair : pairs) {
      assertThat(pair.endpoint().events)
          .containsExactly(pair == pairs.get(3) ? "detached" : "closed");
      pair.handle().close();
      pair.handle().resumeInput();
    }
    pairs.get(3).endpoint().detached.close();
  }
}
