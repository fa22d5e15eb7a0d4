package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.PollerProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A poller out of descriptors: {@link PollerShortOfDescriptors}. */
@Timeout(180)
abstract class ExhaustionContract {
  @TempDir Path directory;

  abstract PollerProvider provider();

  @Test
  void outOfDescriptors_acceptingFailsQuietly_theRestGoesOn_andItRecovers() throws Exception {
    String provider = provider().getClass().getName();
    assertThat(LimitedProcess.run(PollerShortOfDescriptors.class, directory, provider))
        .containsExactly(
            "available",
            "asked while exhausted",
            "failed: Too many open files",
            "quiet while paused",
            "established goes on",
            "accepted: 1",
            "available");
  }
}
