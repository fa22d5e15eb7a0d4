package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Pinning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares everything with everything. */
@Command(
    name = "suite",
    sortOptions = false,
    description = {
      "Starts every server as a process of its own, measures them in turn, and writes raw figures,"
          + " tables and charts into a directory.",
      "Where taskset exists, what is measured gets one processor, and the rest another."
    })
public final class SuiteCommand implements Callable<Integer> {
  @Option(
      names = "--scenarios",
      paramLabel = "NAME",
      split = ",",
      description =
          "long, idle, mux, pipelined, mixed, large, churn, latency, memory, startup, clients; all"
              + " by default.")
  private List<Scenario> scenarios = List.of(Scenario.values());

  @Option(
      names = "--servers",
      paramLabel = "NAME",
      split = ",",
      description = "Names as in the tables, or all; by default the usual ones.")
  private List<String> servers = List.of();

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      split = ",",
      description = "How long requests compute, in microseconds; 0,20,100 by default.")
  private @Nullable List<Integer> burns;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each is measured; 5 by default.")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long each is measured a round; 1 by default.")
  private @Nullable Double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "How long a new process is under load first; 3 by default.")
  private @Nullable Double warmUp;

  @Option(
      names = "--quick",
      description =
          "About a minute: long connections and pipelining, four servers, no work, two rounds.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = "docs/benchmarks",
      description = "Where figures, tables and charts go; docs/benchmarks by default.")
  private Path out = Path.of("docs/benchmarks");

  @Option(
      names = "--java",
      paramLabel = "PATH",
      description = "The java command of what is measured; by default the one that runs this.")
  private @Nullable Path java;

  @Option(
      names = "--jvm-arg",
      paramLabel = "ARG",
      description = "An argument for all virtual machines; may be repeated.")
  private List<String> jvmArguments = new ArrayList<>();

  @Option(
      names = "--server-cpu",
      paramLabel = "N",
      defaultValue = "1",
      description = "The processor of what is measured; 1 by default.")
  private int serverCpu;

  @Option(
      names = "--load-cpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "The processor of what measures; 0 by default.")
  private int loadCpu;

  @Option(names = "--no-pinning", description = "Leave the choice of processors to the system.")
  private boolean noPinning;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Settings settings = settings();
    boolean pinned = !noPinning && Pinning.pinThisProcess(loadCpu);
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    Launcher launcher =
        new Launcher(
            java == null ? own : java,
            jvmArguments,
            pinned ? serverCpu : -1,
            pinned ? loadCpu : -1);
    Results results = new Suite(settings, launcher, command.commandLine().getOut()).run();
    if (results.samples().isEmpty()) {
      throw new IllegalStateException(
          "Nothing could be measured: " + String.join("; ", results.remarks()));
    }
    return 0;
  }

  private Settings settings() {
    double measured = seconds != null ? seconds : quick ? 0.5 : 1;
    double first = warmUp != null ? warmUp : quick ? 1.5 : 3;
    List<Integer> work = burns != null ? burns : quick ? List.of(0) : List.of(0, 20, 100);
    int times = rounds != null ? rounds : quick ? 2 : 5;
    if (times < 1 || !(measured > 0 && measured <= 3600 && first >= 0 && first <= 3600)) {
      throw misuse("--rounds, --seconds or --warm-up is out of range.");
    }
    if (work.stream().anyMatch(each -> each < 0)) {
      throw misuse("--burn-us cannot be negative.");
    }
    return new Settings(
        quick ? List.of(Scenario.LONG, Scenario.PIPELINED) : scenarios,
        contestants(),
        work,
        times,
        duration(measured),
        duration(Math.min(0.3, measured)),
        duration(first),
        out);
  }

  private List<Contestant> contestants() {
    if (servers.equals(List.of("all"))) {
      return Contestant.all();
    }
    if (servers.isEmpty()) {
      return quick
          ? Contestant.named(List.of("ours-epoll", "netty-epoll", "netty-iouring", "jdk-virtual"))
          : Contestant.usual();
    }
    try {
      return Contestant.named(servers);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
