package io.netpoll.examples;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what an echo client does. */
final class RunOptions implements HelpLayout.OptionGroup {
  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of connections; ${DEFAULT-VALUE} by default.")
  private int connections;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Number of frames on each connection; ${DEFAULT-VALUE} by default.")
  private int count;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "1024",
      converter = ByteSize.class,
      description = "Length of a payload, such as 1024, 16KiB or 4MiB; 1024 by default.")
  private int size;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Longest wait for a connection, and for an answer; ${DEFAULT-VALUE} by default.")
  private int timeoutSeconds;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Override
  public String heading() {
    return "What is sent";
  }

  /** The plan that these options describe. */
  EchoRun.Plan plan() {
    if (connections < 1 || count < 1 || timeoutSeconds < 1) {
      throw new ParameterException(
          command.commandLine(), "--connections, --count and --timeout must be at least 1.");
    }
    return new EchoRun.Plan(connections, count, size, Duration.ofSeconds(timeoutSeconds));
  }
}
