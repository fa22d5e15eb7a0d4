package io.netpoll.benchmarks.soak;

import io.netpoll.Execution;
import io.netpoll.PollerGroup;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks for leaks under load. */
@Command(
    name = "soak",
    sortOptions = false,
    description = {
      "Has clients come and go, with frames of all sizes, some of them killed in the middle, and"
          + " samples descriptors, threads, heap, direct memory and lent pages while no connection"
          + " is open. Prints one line of figures: of each the last sample, and the growth of the"
          + " line through the last two thirds of the samples.",
      "Fails if an answer is wrong or missing, if a connection is left, or if growth is above its"
          + " bound: 8 descriptors, 8 threads, 4 MiB of heap, 16 MiB of direct memory, 32 pages,"
          + " each beyond three standard errors."
    })
public final class SoakCommand implements Callable<Integer> {
  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long; 60 by default.")
  private int seconds;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "16",
      description = "How many are at it at the same time; 16 by default.")
  private int clients;

  @Option(
      names = "--loops",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many poll loops; 2 by default.")
  private int loops;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "epoll or nio; by default the best that is available.")
  private @Nullable String backend;

  @Option(
      names = "--execution",
      paramLabel = "MODE",
      defaultValue = "ADAPTIVE",
      description = "adaptive (the default), workers or virtual.")
  private Execution.Mode mode = Execution.Mode.ADAPTIVE;

  @Spec private CommandSpec command = CommandSpec.create();

  /** Made by the command line. */
  public SoakCommand() {}

  @Override
  public Integer call() throws Exception {
    PollerGroup.Builder options = PollerGroup.builder().name("soak").loops(loops);
    if (backend != null) {
      options.backend(backend);
    }
    try (PollerGroup group = options.execution(execution()).build()) {
      Soak soak = new Soak(group, clients);
      soak.run(Duration.ofSeconds(seconds));
      return report(soak);
    }
  }

  private Execution execution() {
    return switch (mode) {
      case ADAPTIVE -> Execution.adaptive();
      case WORKERS -> Execution.workers();
      case VIRTUAL -> Execution.virtualThreads();
      case INLINE ->
          throw new IllegalArgumentException(
              "The handler of the soak waits, which inline execution forbids: choose another.");
    };
  }

  private int report(Soak soak) {
    PrintWriter out = command.commandLine().getOut();
    out.println(soak);
    List<String> leaks = soak.leaks();
    leaks.forEach(out::println);
    return leaks.isEmpty() ? 0 : 1;
  }
}
