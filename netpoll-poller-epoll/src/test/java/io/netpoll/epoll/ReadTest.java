package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

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

  @Test
  void aResetWhilePaused_isToldOnce_andFailsBehindTheData() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().resumeInput();
    pair.handle().pauseInput();
    pair.peerSends("data");
    reset(pair);
    loop.until(() -> pair.endpoint().events.contains("reset"));
    loop.assertQuiet();
    pair.handle().resumeInput();
    loop.until(() -> pair.endpoint().events.contains("failed"));
    loop.assertQuiet();
    assertThat(pair.endpoint().events).containsExactly("reset", "failed");
    assertThat(pair.endpoint().text()).isEqualTo("data");
  }

  private static void reset(Loop.Pair pair) throws IOException {
    pair.peer().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.peer().close();
  }
}
