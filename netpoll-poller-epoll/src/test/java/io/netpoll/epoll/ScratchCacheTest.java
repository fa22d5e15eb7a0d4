package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchCacheTest {
  @TempDir Path directory;

  private final ScratchCache cache = new ScratchCache();

  @Test
  void givesWhatItGot_once() {
    Scratch first = cache.take();
    Scratch second = cache.take();
    assertThat(first).isNotSameAs(second);
    cache.give(first);

    assertThat(cache.take()).isSameAs(first);
    assertThat(cache.take()).isNotSameAs(first);
  }

  @Test
  void keepsAFew() {
    Scratch[] many = new Scratch[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = cache.take();
    }
    for (Scratch each : many) {
      cache.give(each);
    }
    int kept = 0;
    for (Scratch taken = cache.take(); List.of(many).contains(taken); kept++) {
      taken = cache.take();
    }
    assertThat(kept).isEqualTo(4);
  }

  /** Native memory is allocated with the cache alone, so that no thread sleeps for want of it. */
  @Test
  void moreThreadsThanThereAreScratchesSendAllKindsOfThings() throws Exception {
    try (Loop loop = new Loop()) {
      var pair = loop.pair(Kind.UNIX, directory);
      EpollPoller poller = (EpollPoller) loop.poller;
      for (int i = 0; i < 4; i++) {
        assertThat(poller.sending().take().isSmall()).isFalse();
      }
      Scratch another = poller.sending().take();
      assertThat(another.isSmall()).isTrue();
      poller.sending().give(another);
      pair.endpoint().write("one ");
      pair.endpoint().write("two ");
      assertThat(pair.endpoint().send()).isTrue();
      assertThat(pair.peerReads(8)).isEqualTo("one two ");
      pair.endpoint().file =
          loop.keep(loop.provider.openFile(Files.writeString(directory.resolve("f"), "a file")));
      assertThat(pair.endpoint().send()).isTrue();
      assertThat(pair.peerReads(6)).isEqualTo("a file");
    }
  }

  @Test
  void whatSendAndReceiveUsedKeepsNoPage() throws Exception {
    try (Loop loop = new Loop()) {
      var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(3, 4));
      pair.endpoint().write("one");
      pair.endpoint().write("two");
      pair.endpoint().send();
      pair.handle().resumeInput();
      pair.peerSends("three four");
      loop.until(() -> pair.endpoint().text().equals("three four"));

      EpollPoller poller = (EpollPoller) loop.poller;
      Scratch sending = poller.sending().take();
      assertThat(sending.spans.count()).isZero();
      assertThat(sending.spans.page(0)).isNull();
      assertThat(poller.reading().spans.count()).isZero();
      assertThat(poller.reading().spans.page(0)).isNull();
    }
  }
}
