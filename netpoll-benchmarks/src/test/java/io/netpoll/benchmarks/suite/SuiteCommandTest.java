package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.BenchmarksCommandLine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole command with real processes, for fractions of a second. */
@Timeout(180)
class SuiteCommandTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void figuresTablesAndCharts_areWritten() throws Exception {
    run("--scenarios", "pipelined", "--servers", "ours-nio,jdk-async", "--burn-us", "0");
    assertThat(Files.readString(directory.resolve("README.md")))
        .contains("| requests/s | ours-nio | jdk-async |")
        .contains("not pinned");
    assertThat(Files.readString(directory.resolve("suite.json")))
        .contains("\"name\": \"ours-nio\", \"round\": 0")
        .contains("\"name\": \"jdk-async\", \"round\": 0");
    assertThat(Files.readString(directory.resolve("pipelined.svg"))).contains("<svg");
  }

  @Test
  void memory_isMeasured() throws Exception {
    run("--scenarios", "memory", "--servers", "ours-nio");
    assertThat(Files.readString(directory.resolve("README.md"))).contains("after a burst");
  }

  private void run(String... options) {
    List<ProcessHandle> before = ProcessHandle.current().children().toList();
    StringWriter err = new StringWriter();
    List<String> words = new ArrayList<>(List.of("suite"));
    words.addAll(List.of(options));
    words.addAll(List.of("--rounds", "1", "--seconds", "0.1", "--warm-up", "0.1"));
    words.addAll(List.of("--no-pinning", "--out", directory.toString()));
    int code =
        BenchmarksCommandLine.make()
            .setOut(new PrintWriter(new StringWriter(), true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(new String[0]));
    assertThat(code).as(err.toString()).isZero();
    assertThat(ProcessHandle.current().children().toList()).isEqualTo(before);
  }
}
