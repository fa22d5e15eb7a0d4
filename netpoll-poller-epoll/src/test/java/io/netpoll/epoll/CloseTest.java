package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
