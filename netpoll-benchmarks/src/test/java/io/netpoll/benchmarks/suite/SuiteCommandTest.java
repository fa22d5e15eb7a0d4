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

  @Test
  void files_areSentAndCompared() throws Exception {
    run("--scenarios", "files", "--servers", "ours-nio");
    assertThat(Files.readString(directory.resolve("README.md")))
        .contains("| GB/s | ours-")
        .contains("netty-nio");
  }

  @Test
  void severalCalls_makeOneReport() throws Exception {
    run("--scenarios", "pipelined", "--servers", "ours-nio", "--burn-us", "0");
    run("--scenarios", "mixed", "--servers", "ours-nio", "--burn-us", "0");
    assertThat(Files.readString(directory.resolve("README.md")))
        .contains("![64 B, 16 in flight on each of 64 connections](pipelined.svg)")
        .contains("(mixed.svg)");
  }

  @Test
  void aReportThatCannotBeRead_isLeftAlone() throws Exception {
    Path broken = directory.resolve("suite.json");
    Files.writeString(broken, "{}");
    assertThat(execute(1, "--scenarios", "pipelined", "--servers", "ours-nio"))
        .contains("is not what the suite writes: move it away");
    assertThat(Files.readString(broken)).isEqualTo("{}");
  }

  @Test
  void scenariosOfWorkWithoutAny_areRefused() {
    assertThat(execute(2, "--scenarios", "beside", "--servers", "ours-nio", "--burn-us", "0"))
        .contains("needs work: give a --burn-us above 0");
  }

  @Test
  void whoCannotBeStarted_isLeftOut() {
    assertThat(
            execute(
                1, "--scenarios", "mixed", "--servers", "ours-nio,jdk-async", "--java", "no-java"))
        .startsWith("Nothing could be measured: ")
        .contains("ours-nio does not take part:")
        .contains("jdk-async does not take part:");
  }

  private void run(String... options) {
    execute(0, options);
  }

  /** Runs the command, expects an exit code, and returns what it complained about. */
  private String execute(int expected, String... options) {
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
    assertThat(code).as(err.toString()).isEqualTo(expected);
    assertThat(ProcessHandle.current().children().toList()).isEqualTo(before);
    return err.toString();
  }
}
