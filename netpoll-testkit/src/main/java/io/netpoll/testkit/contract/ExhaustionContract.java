package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.PollerProvider;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A poller out of descriptors or memory: {@link PollerShortOfDescriptors}, {@link
 * PollerShortOfDirectMemory}.
 */
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

  /** The limit is on what the virtual machine gives, to anybody. */
  @Test
  void outOfDirectMemory_socketsAreClosedAllTheSame() throws Exception {
    String provider = provider().getClass().getName();
    assertThat(
            LimitedProcess.runWith(
                List.of("-XX:MaxDirectMemorySize=" + PollerShortOfDirectMemory.LIMIT),
                PollerShortOfDirectMemory.class,
                directory,
                provider))
        .containsExactly("taken: true", "nothing is left", "others are accepted");
  }
}
