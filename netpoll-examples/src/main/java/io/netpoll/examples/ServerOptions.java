package io.netpoll.examples;

import io.netpoll.PollerUnavailableException;
import io.netpoll.examples.top.Probe;
import io.netpoll.examples.top.StatsAddress;
import io.netpoll.examples.top.StatsServer;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options common to all servers: how they end, and where they tell what they do. */
final class ServerOptions implements HelpLayout.OptionGroup {
  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long a shutdown waits for connections to end in order; 10 by default.")
  private int seconds = 10;

  @Option(
      names = "--stats",
      paramLabel = "ADDRESS",
      converter = StatsAddress.Converter.class,
      description =
          "Tell the command top what the server does, at a port of 127.0.0.1 or the path of a"
              + " Unix-domain socket.")
  private @Nullable StatsAddress stats;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Override
  public String heading() {
    return "The server's life";
  }

  /** Refuses a value that makes no sense. */
  void check() {
    if (seconds < 0) {
      throw new ParameterException(command.commandLine(), "--grace cannot be negative.");
    }
  }

  /** How long a shutdown waits for connections. */
  Duration grace() {
    return Duration.ofSeconds(seconds);
  }

  /**
   * Starts to tell what a server does, if that is wanted.
   *
   * @return what tells it, or null
   * @throws Failure if the address cannot be had, with a sentence for the user
   */
  @Nullable StatsServer openStats(Probe probe) throws Failure, PollerUnavailableException {
    if (stats == null) {
      return null;
    }
    try {
      return StatsServer.open(stats, probe);
    } catch (IOException | UnsupportedOperationException e) {
      throw new Failure(Sentences.because("Cannot tell --stats at", stats.address(), e), e);
    }
  }
}
