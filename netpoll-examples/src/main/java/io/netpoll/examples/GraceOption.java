package io.netpoll.examples;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says how long a server's shutdown may take. */
final class GraceOption {
  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long a shutdown waits for connections to end in order; 10 by default.")
  private int seconds = 10;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** Refuses a value that makes no sense. */
  void check() {
    if (seconds < 0) {
      throw new ParameterException(command.commandLine(), "--grace cannot be negative.");
    }
  }

  Duration grace() {
    return Duration.ofSeconds(seconds);
  }
}
