package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CompilersTest {
  @Test
  void theOnesOfThisProcess_haveWorked() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/task")));
    assertThat(Compilers.of(ProcessHandle.current().pid()).nanos()).isPositive();
  }

  @Test
  void aProcessThatIsNotThere_hasNone() throws Exception {
    assertThat(Compilers.of(Long.MAX_VALUE).nanos()).isZero();
  }
}
