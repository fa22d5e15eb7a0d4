package io.netpoll.examples;

import io.netpoll.Execution;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how the poll loops work, common to all commands. */
final class GroupOptions implements HelpLayout.OptionGroup {

  /** What {@code --execution} accepts. */
  enum Mode {
    ADAPTIVE,
    VIRTUAL,
    WORKERS,
    INLINE,
    AUTO
  }

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "epoll, nio, iouring, or auto (the default): the best that is available.")
  private String backend = "auto";

  @Option(
      names = "--execution",
      paramLabel = "MODE",
      defaultValue = "auto",
      description =
          "Where handlers run: adaptive, virtual, workers, inline, or auto (the default): adaptive.")
  private Mode execution = Mode.AUTO;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Number of poll loops; by default one that suits the execution mode.")
  private @Nullable Integer loops;

  @Option(names = "--verbose", description = "Log more, and show stack traces.")
  private boolean verbose;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Override
  public String heading() {
    return "Poll loops";
  }

  /**
   * Whether handlers run on the poll loop's own thread, where they must not wait.
   *
   * @return true in inline execution
   */
  boolean inline() {
    return execution == Mode.INLINE;
  }

  /**
   * Refuses inline execution, for a command whose handlers wait.
   *
   * @param name the command's name
   */
  void refuseInline(String name) {
    if (inline()) {
      throw new ParameterException(
          command.commandLine(),
          "The handlers of " + name + " wait, and must not in --execution inline.");
    }
  }

  /**
   * Opens the group that these options describe.
   *
   * @param name what its threads are called
   * @return an open group
   * @throws PollerUnavailableException if the backend cannot be used
   * @throws Failure if the execution mode cannot be used
   */
  PollerGroup open(String name) throws PollerUnavailableException, Failure {
    if (loops != null && loops < 1) {
      throw new ParameterException(
          command.commandLine(), "--loops wants a number from 1 on, got '" + loops + "'.");
    }
    Execution chosen = execution();
    Logging.setUp(verbose);
    PollerGroup.Builder builder = PollerGroup.builder().name(name).execution(chosen);
    if (!backend.equals("auto")) {
      builder.backend(backend);
    }
    if (loops != null) {
      builder.loops(loops);
    }
    return builder.build();
  }

  private Execution execution() throws Failure {
    return switch (execution) {
      case INLINE -> Execution.inline();
      case WORKERS -> Execution.workers();
      case VIRTUAL -> {
        if (Runtime.version().feature() < 21) {
          throw new Failure(
              "Virtual threads need JDK 21 or newer, and this is " + Runtime.version() + ".", null);
        }
        yield Execution.virtualThreads();
      }
      case ADAPTIVE, AUTO -> Execution.adaptive();
    };
  }

  /** The part of a contract line that says how a group works. */
  static String describe(PollerGroup group) {
    return "backend="
        + group.backend()
        + " execution="
        + group.execution()
        + " loops="
        + group.loops();
  }
}
