package io.netpoll.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.PollCheck;
import io.netpoll.testkit.contract.PollerStage;
import io.netpoll.testkit.contract.RecordingEndpoint;
import io.netpoll.testkit.contract.SocketKind;
import io.netpoll.testkit.contract.SocketPair;
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

  @Test
  void whatSendAndReceiveUsedKeepsNoPage() throws Exception {
    try (PollerStage stage = new PollerStage(new NioPollerProvider())) {
      var pair = SocketPair.open(stage, SocketKind.TCP, directory, new RecordingEndpoint(3, 4));
      pair.endpoint().write("one");
      pair.endpoint().write("two");
      pair.endpoint().send();
      pair.endpoint().resume();
      pair.peerSends("three four");
      stage.untilReceived(pair.endpoint(), "three four");

      NioPoller poller = (NioPoller) PollCheck.behind(stage.poller());
      Scratch sending = poller.sending().take();
      assertThat(sending.spans.count()).isZero();
      assertThat(sending.spans.page(0)).isNull();
      assertThat(poller.reading().spans.count()).isZero();
      assertThat(poller.reading().spans.page(0)).isNull();
    }
  }
}
