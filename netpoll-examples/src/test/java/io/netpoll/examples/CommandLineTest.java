package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

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
        "echo-server --no-such-flag | Unknown option: '--no-such-flag'.",
        "echo-server --port abc     | Invalid value for option '--port': 'abc' is not an int.",
        "echo-server --port 70000   |"
            + " Invalid value for option '--port': 70000 is not between 0 and 65535.",
        "echo-server --unix /tmp/a --port 1 |"
            + " --unix cannot be used together with --host or --port.",
        "echo-server --execution fast |"
            + " Invalid value for option '--execution': 'fast' is not one of adaptive, virtual,"
            + " workers, inline, auto.",
        "echo-server --execution inline --style blocking |"
            + " --style blocking waits, and a handler must not wait in --execution inline.",
        "echo-server --max-frame 64GiB |"
            + " Invalid value for option '--max-frame': '64GiB' is not a number of bytes such as"
            + " 4096, 16KiB or 64MiB.",
        "echo-server --grace -1 | --grace cannot be negative.",
        "echo-server --burn-us -1 | --burn-us and --sleep-ms cannot be negative.",
        "redis-server --grace -1 | --grace cannot be negative.",
        "redis-server --execution inline |"
            + " The handlers of redis-server wait, and must not in --execution inline.",
        "redis-client --port 1 | Missing required parameter: 'WORD'.",
        "echo-server --loops 0 | Invalid value for option '--loops': 0 is less than 1.",
        "echo-client --count 0 | --connections, --count and --timeout must be at least 1.",
        "echo-client --unix /tmp/a --host b |"
            + " --unix cannot be used together with --host or --port.",
        "rpc-server --execution inline | The handler waits, and must not in --execution inline.",
        "rpc-server --slow-every -1 | --slow-every and --slow-ms cannot be negative.",
        "rpc-client --callers 0 |"
            + " --connections, --callers, --count and --timeout must be at least 1.",
        "rpc-client --size 17MiB | --size 17825792 is more than 16777216.",
        "top | Missing required option: '--connect=ADDRESS'.",
        "top --connect host:1 |"
            + " Invalid value for option '--connect': 'host:1' is neither a port of this machine nor"
            + " a path with a slash in it, such as 9999 or ./stats.sock.",
        "top --connect 1 --once --batch 2 | --once cannot be used together with --batch.",
        "top --connect 1 --batch 0 | --batch must be at least 1.",
        "top --connect 1 --interval 0 | --interval must be between 0.1 and 3600 seconds.",
        "no-such-command | Unmatched argument at index 0: 'no-such-command'.",
      })
  void nonsense_isRefusedInOneSentenceWithExitCode2(String args, String sentence) {
    assertThat(run(args.split(" ")))
        .isEqualTo(new Outcome(2, "", sentence + System.lineSeparator()));
  }

  @Test
  void missingCommand_isRefused() {
    assertThat(run())
        .isEqualTo(new Outcome(2, "", "Missing required subcommand." + System.lineSeparator()));
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
