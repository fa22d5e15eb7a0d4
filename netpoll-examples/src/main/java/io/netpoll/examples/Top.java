package io.netpoll.examples;

import io.netpoll.examples.top.StatsAddress;
import io.netpoll.examples.top.Terminal;
import io.netpoll.examples.top.Watch;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what a running server does, with {@link Watch}. */
@Command(
    name = "top",
    sortOptions = false,
    description =
        "Shows the connections, rates and memory of a server that was started with --stats, each"
            + " second: a page on a terminal, lines elsewhere.",
    footer = {"", "Example:", "  java -jar netpoll-examples.jar top --connect 9999 --interval 0.5"})
final class Top implements Callable<Integer> {
  @Option(
      names = "--connect",
      paramLabel = "ADDRESS",
      required = true,
      converter = StatsAddress.Converter.class,
      description = "What the server was given as --stats.")
  private @Nullable StatsAddress address;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Time between two looks, such as 0.5; ${DEFAULT-VALUE} by default.")
  private double interval;

  @Option(names = "--once", description = "Show one page, without drawing, and end.")
  private boolean once;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Print N lines, of which each stands for an interval, and end.")
  private @Nullable Long batch;

  @Option(names = "--verbose", description = "Show stack traces.")
  private boolean verbose;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    Logging.setUp(verbose);
    StatsAddress at = Objects.requireNonNull(address);
    try (Watch watch = new Watch(at, Duration.ofMillis((long) (interval * 1000)))) {
      show(watch, System.out);
      return 0;
    } catch (IOException e) {
      throw new Failure(
          Sentences.because("No answer from", at.address(), e)
              + " Start the server with --stats "
              + at.option()
              + ".",
          e);
    } catch (IllegalArgumentException e) {
      throw new Failure("What answers at " + at.address() + " is not the --stats of a server.", e);
    }
  }

  private void show(Watch watch, PrintStream out) throws IOException, InterruptedException {
    if (once) {
      watch.printPage(out);
    } else if (batch != null) {
      watch.printLines(out, batch);
    } else if (Terminal.isThere()) {
      watch.draw(out);
    } else {
      watch.printLines(out, Long.MAX_VALUE);
    }
  }

  private void check() {
    if (once && batch != null) {
      throw misuse("--once cannot be used together with --batch.");
    }
    if (batch != null && batch < 1) {
      throw misuse("--batch must be at least 1.");
    }
    if (!(interval >= 0.1 && interval <= 3600)) {
      throw misuse("--interval must be between 0.1 and 3600 seconds.");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
