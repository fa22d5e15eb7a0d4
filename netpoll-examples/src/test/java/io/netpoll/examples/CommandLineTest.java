package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What is refused before anything is opened. */
class CommandLineTest {

  /** What a command left behind. */
  private record Outcome(int code, String out, String err) {}

  private static Outcome run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = commandLine.execute(args);
    return new Outcome(code, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo-server --no-such-flag | There is no option --no-such-flag",
        "echo-server --prot 1       | There is no option --prot (the nearest is --port)",
        "echo-server --port abc     | --port wants a number, got 'abc'",
        "echo-server --port         | --port wants a value, as in --port N",
        "echo-server --port 70000   | --port wants a number between 0 and 65535, got '70000'",
        "echo-server twice          | 'twice' is one word too many",
        "echo-server --unix /tmp/a --port 1 |"
            + " --unix cannot be used together with --host or --port",
        "echo-server --execution fast |"
            + " --execution wants one of adaptive, virtual, workers, inline, auto, got 'fast'",
        "echo-server --execution inline --style blocking |"
            + " --style blocking waits, and a handler must not wait in --execution inline",
        "echo-server --max-frame 64GiB |"
            + " --max-frame wants a number of bytes such as 4096, 16KiB or 64MiB, got '64GiB'",
        "echo-server --grace -1 | --grace cannot be negative",
        "echo-server --burn-us -1 | --burn-us and --sleep-ms cannot be negative",
        "redis-server --grace -1 | --grace cannot be negative",
        "redis-server --execution inline |"
            + " The handlers of redis-server wait, and must not in --execution inline",
        "redis-client --port 1 | WORD is missing",
        "echo-server --loops 0 | --loops wants a number from 1 on, got '0'",
        "echo-client --count 0 | --connections, --count and --timeout must be at least 1",
        "echo-client --unix /tmp/a --host b |"
            + " --unix cannot be used together with --host or --port",
        "rpc-server --execution inline | The handler waits, and must not in --execution inline",
        "rpc-server --slow-every -1 | --slow-every and --slow-ms cannot be negative",
        "rpc-client --callers 0 |"
            + " --connections, --callers, --count and --timeout must be at least 1",
        "rpc-client --size 17MiB | --size 17825792 is more than 16777216",
        "tcp-proxy | --target HOST:PORT is missing",
        "tcp-proxy --target nohost | --target wants HOST:PORT, got 'nohost'",
        "tcp-proxy --target nohost:70000 | --target wants HOST:PORT, got 'nohost:70000'",
        "top | --connect ADDRESS is missing",
        "top --connect host:1 |"
            + " --connect wants a port of this machine or a path with a slash in it, such as 9999"
            + " or ./stats.sock, got 'host:1'",
        "top --connect 1 --once --batch 2 | --once cannot be used together with --batch",
        "top --connect 1 --batch 0 | --batch must be at least 1",
        "top --connect 1 --interval 0 | --interval must be between 0.1 and 3600 seconds",
      })
  void nonsense_isRefusedInOneSentenceWithExitCode2(String args, String sentence) {
    String[] words = args.split(" ");
    assertThat(run(words))
        .isEqualTo(
            new Outcome(
                2,
                "",
                sentence
                    + ": see 'netpoll-examples "
                    + words[0]
                    + " --help'."
                    + System.lineSeparator()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | A command is missing",
        "no-such-command | There is no command no-such-command",
        "echo-sever | There is no command echo-sever (the nearest is echo-server)",
        "--verison | There is no option --verison (the nearest is --version)",
      })
  void noCommand_isRefused(String args, String sentence) {
    assertThat(run(args.isEmpty() ? new String[0] : args.split(" ")))
        .isEqualTo(
            new Outcome(
                2, "", sentence + ": see 'netpoll-examples --help'." + System.lineSeparator()));
  }

  @Test
  void aTargetOfAProxyThatNobodyKnows_isRefusedBeforeItListens() {
    assertThat(run("tcp-proxy", "--port", "0", "--target", "no-such-host.invalid:80"))
        .isEqualTo(
            new Outcome(
                1,
                "",
                "The host no-such-host.invalid of --target is not known."
                    + System.lineSeparator()));
  }

  @Test
  void version_saysWhatRunsWhere() {
    Outcome version = run("--version");
    assertThat(version.code()).isZero();
    assertThat(version.out().lines()).hasSize(3).first().asString().startsWith("netpoll-examples ");
    assertThat(version.out()).contains(System.getProperty("java.version"));
  }

  static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpOfEachCommand_hasItsOptionsOnce_inGroups_andAnExampleThatIsUnderstood(
      String command) {
    String help = run(command, "--help").out();
    CommandLine line = Main.commandLine().getSubcommands().get(command);
    for (OptionSpec option : line.getCommandSpec().options()) {
      assertThat(help.lines().filter(text -> isAbout(option, text)))
          .as(option.longestName())
          .hasSize(1);
    }
    assertThat(help.lines().filter("Poll loops:"::equals)).hasSizeLessThanOrEqualTo(1);
    String example =
        help.lines().filter(text -> text.startsWith("  java -jar ")).findFirst().orElseThrow();
    String[] words = example.strip().split(" ");
    Main.commandLine().parseArgs(Arrays.copyOfRange(words, 3, words.length));
    assertThat(words[3]).isEqualTo(command);
  }

  private static boolean isAbout(OptionSpec option, String line) {
    return line.matches("  .{4}" + option.longestName() + "([ =].*|)");
  }

  @Test
  void verbose_addsTheStackTrace() {
    assertThat(run("echo-server", "--port", "0", "--verbose", "--backend", "absent").err())
        .contains("There is no poller backend absent.")
        .contains("at io.netpoll.core.");
  }

  @Test
  void help_listsTheOptionsOfTheContract() {
    Outcome help = run("echo-server", "--help");
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .contains(
            "--host",
            "--port",
            "--unix",
            "--backend",
            "--execution",
            "--loops",
            "--verbose",
            "--style",
            "--max-frame",
            "--burn-us",
            "--sleep-ms",
            "--grace");
  }
}
