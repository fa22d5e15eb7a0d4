package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /**
   * The duplicate stands for a process that is being started, and shares what is open: nobody can
   * take the socket out of the set any more, and it is full of events.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 500})
  void aSocketThatIsHeldElsewhere_reachesNobodyAfterItsClose_andDoesNotSpin(int others)
      throws Exception {
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
    for (int i = 0; i < others; i++) {
      loop.pair(Kind.UNIX, directory);
    }

    old.peerSends("late");
    for (int i = 0; i < 100; i++) {
      loop.turn();
    }
    loop.assertQuiet();
    Kernel.close(duplicate);
    assertThat(young.endpoint().reads).isEmpty();
    assertThat(another.endpoint().reads).isEmpty();
    assertThat(old.endpoint().events).containsExactly("closed");

    young.peerSends("heard");
    loop.until(() -> young.endpoint().text().equals("heard"));
    young.handle().pauseInput();
    young.peerSends("not yet");
    loop.assertQuiet();
    loop.poller.wakeup();
    loop.poller.poll(Long.MAX_VALUE); // returns
    loop.dispatch();
    young.handle().close();
    loop.until(() -> young.endpoint().events.contains("closed"));
  }

  /** What a thread may be in the middle of when its poller is closed by force. */
  enum Sending {
    ONE_PIECE,
    MANY_PIECES,
    A_FILE
  }

  @ParameterizedTest
  @EnumSource
  void closingThePollerWhileAThreadSends_leavesTheNumberToItUntilItHasLeft(Sending what)
      throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    final int fd = ((StreamHandle) pair.handle()).fd;
    TestEndpoint endpoint = pair.endpoint();
    switch (what) {
      case ONE_PIECE -> endpoint.write("secret");
      case MANY_PIECES -> {
        endpoint.write("sec");
        endpoint.write("ret");
      }
      case A_FILE ->
          endpoint.file =
              loop.keep(
                  loop.provider.openFile(Files.writeString(directory.resolve("file"), "secret")));
    }
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    endpoint.onCollect =
        () -> {
          inside.countDown();
          awaitUninterruptibly(closed);
        };
    FutureTask<Boolean> sending = new FutureTask<>(pair.endpoint()::send);
    Thread sender = new Thread(sending);
    sender.start();
    inside.await();
    loop.closePoller();
    assertThat(endpoint.events).containsExactly("closed");
    List<SocketChannel> strangers = new ArrayList<>();
    try (var listening = loop.listen(Kind.UNIX, Files.createTempDirectory(directory, "other"))) {
      for (int i = 0; i < 8; i++) {
        strangers.add(loop.keep(SocketChannel.open(listening.getLocalAddress())));
        strangers.add(loop.keep(listening.accept()));
      }
      closed.countDown();
      sender.join();
    }
    assertThat(sending.get()).as("it was sent to the peer that it was for").isNotNull();
    assertThat(pair.peerReads(100)).isEqualTo("secret");
    for (SocketChannel stranger : strangers) {
      stranger.configureBlocking(false);
      assertThat(stranger.read(ByteBuffer.allocate(1))).as("bytes for a stranger").isZero();
    }
    assertThat(Kernel.isOpen(fd)).as("closed behind it").isFalse();
    assertThatThrownBy(pair.endpoint()::send).isInstanceOf(ClosedChannelException.class);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
  void optionsOfAConnection() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().setOption(StandardSocketOptions.TCP_NODELAY, true);
    pair.handle().setOption(Loop.keepIdle(), 60);

    var unix = loop.pair(Kind.UNIX, directory);
    assertThatThrownBy(() -> unix.handle().setOption(StandardSocketOptions.TCP_NODELAY, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
  }
}
