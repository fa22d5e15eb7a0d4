package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Out of descriptors, in a process of its own: {@link DescriptorExhaustion}. */
@Timeout(60)
abstract class ExhaustionContract {
  private static final int LIMIT = 256;

  abstract PollerProvider provider();

  @Test
  void outOfDescriptors_acceptingFailsQuietly_theRestGoesOn_andItRecovers() throws Exception {
    assumeTrue(
        Files.isDirectory(Path.of("/proc/self/fd")), "The system has no limit that a shell sets.");
    String output = run();

    assertThat(output.lines())
        .containsExactly(
            "available",
            "asked while exhausted",
            "failed: Too many open files",
            "quiet while paused",
            "established goes on",
            "accepted: 1",
            "available");
  }

  private String run() throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -n " + LIMIT + "; exec \"$@\"",
                "sh",
                java.toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DescriptorExhaustion.class.getName(),
                provider().getClass().getName())
            .redirectErrorStream(true)
            .start();
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }
}
