package io.netpoll.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.BenchmarksCommandLine;
import java.io.IOException;
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

  private String page(String name) throws IOException {
    return Files.readString(directory.resolve(name));
  }

  @Test
  void figuresTablesAndChart_areWritten() throws Exception {
    run("--scenarios", "pipelined,churn", "--servers", "ours-nio,jdk-async", "--burn-us", "0");
    assertThat(page("README.md"))
        .contains("[pipelined: 64 B](pipelined.md)")
        .contains("not pinned");
    assertThat(page("pipelined.md")).containsPattern("\\| jdk-async +\\| \\d");
    assertThat(page("churn.md")).containsPattern("\\| jdk-async +\\| \\d");
    assertThat(page("figures.csv")).contains(",pipelined,64 B,1,yes,ours-nio,CAPACITY,");
    assertThat(page("summary.svg")).startsWith("<svg");
    assertThat(Files.readAllLines(directory.resolve("slices.csv"))).hasSize(1 + 2 * 2 + 2);
  }

  @Test
  void whatIsDueAtARate_isMeasuredBelowWhatTheSlowestCanCarry() throws Exception {
    run("--scenarios", "latency,beside", "--servers", "ours-nio,netty-nio", "--burn-us", "20");
    assertThat(page("latency.md")).contains("50 % of capacity").contains("p99 us");
    assertThat(page("beside.md")).containsPattern("\\| netty-nio +\\| \\d").contains("heavy/s");
  }

  @Test
  void memory_isMeasured() throws Exception {
    run("--scenarios", "memory", "--servers", "ours-nio,netty-nio");
    assertThat(page("memory.md")).contains("after a burst").containsPattern("\\| netty-nio +\\|");
  }

  @Test
  void files_areSentAndCompared() throws Exception {
    run("--scenarios", "files", "--servers", "ours-nio,netty-nio");
    assertThat(page("files.md")).containsPattern("\\| netty-nio +\\| \\d");
  }

  @Test
  void clients_areMeasured() throws Exception {
    run("--scenarios", "clients");
    assertThat(page("clients.md"))
        .contains("## 64 platform threads")
        .containsPattern("\\| jdk +\\| \\d");
  }

  @Test
  void severalCalls_makeOneReport() throws Exception {
    run("--scenarios", "pipelined", "--servers", "ours-nio,netty-nio", "--burn-us", "0");
    run("--scenarios", "mixed", "--servers", "ours-nio,netty-nio", "--burn-us", "0");
    assertThat(page("README.md")).contains("(pipelined.md)").contains("(mixed.md)");
    assertThat(page("pipelined.md")).containsPattern("\\| netty-nio +\\| \\d");
  }

  @Test
  void aReportThatCannotBeRead_isLeftAlone() throws Exception {
    Path broken = directory.resolve("figures.csv");
    Files.writeString(broken, "{}");
    assertThat(execute(1, "--scenarios", "pipelined", "--servers", "ours-nio"))
        .contains("is not what the suite writes: move it away");
    assertThat(Files.readString(broken)).isEqualTo("{}");
  }

  @Test
  void scenariosOfWorkWithoutAny_areRefused() {
    assertThat(execute(2, "--scenarios", "beside", "--servers", "ours-nio", "--burn-us", "0"))
        .contains("give a --burn-us above 0");
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
    words.addAll(List.of("--generations", "1", "--rounds", "2", "--slice", "0.25"));
    words.addAll(List.of("--warm-up", "0.05", "--no-self-check", "--no-pinning"));
    words.add("--keep-disturbed"); // other tests may run beside this one
    words.addAll(List.of("--out", directory.toString()));
    words.addAll(List.of("--slices", directory.resolve("slices.csv").toString()));
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
