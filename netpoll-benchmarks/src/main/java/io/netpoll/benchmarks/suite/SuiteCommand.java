package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Pinning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  private static final Duration FOR_EVER = Duration.ofDays(100);

  @Option(
      names = "--scenarios",
      paramLabel = "NAME",
      split = ",",
      description =
          "long, scale, idle, mux, pipelined, mixed, large, churn, latency, beside, clients,"
              + " mux-clients, files, memory, startup; all by default.")
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
      description =
          "How long requests compute, in microseconds; 0,20,100 by default. long, idle and mux are"
              + " made with each, beside with those above 0, the others with the first.")
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
      names = "--minutes",
      paramLabel = "N",
      description =
          "Choose --rounds and --seconds so that everything takes so long; what does not fit is"
              + " left out, and said.")
  private @Nullable Double minutes;

  @Option(
      names = "--quick",
      description =
          "About a minute: long connections and pipelining, four servers, no work, two rounds.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = "docs/benchmarks",
      description =
          "Where figures, tables and charts go; docs/benchmarks by default. Figures that are there"
              + " stay, but for those that are measured again.")
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
    Settings wanted = settings();
    Launcher launcher = launcher();
    Settings settings = minutes == null ? wanted : fitting(wanted, launcher);
    List<Comparison> leftOut = new ArrayList<>(wanted.comparisons());
    leftOut.removeAll(settings.comparisons());
    PrintWriter terminal = command.commandLine().getOut();
    terminal.println(plan(settings, launcher, leftOut));
    Results results =
        new Suite(settings, launcher, new Report(out), terminal).run(limit(), leftOut);
    if (results.isEmpty()) {
      throw new IllegalStateException(
          "Nothing could be measured: " + String.join("; ", results.remarks()));
    }
    return 0;
  }

  private Launcher launcher() throws InterruptedException {
    boolean pinned = !noPinning && Pinning.pinThisProcess(loadCpu);
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    return new Launcher(
        java == null ? own : java, jvmArguments, pinned ? serverCpu : -1, pinned ? loadCpu : -1);
  }

  private Duration limit() {
    return minutes == null ? FOR_EVER : duration(minutes * 60);
  }

  private Settings fitting(Settings wanted, Launcher launcher) {
    try {
      return new Budget(limit(), some -> Parts.estimate(Parts.of(some, launcher))).fit(wanted);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private static String plan(Settings settings, Launcher launcher, List<Comparison> leftOut) {
    return String.format(
        Locale.ROOT,
        "%s; %d rounds of %.1f s, about %d min%s",
        settings.comparisons(),
        settings.rounds(),
        settings.measured().toNanos() / 1e9,
        Parts.estimate(Parts.of(settings, launcher)).plusSeconds(59).toMinutes(),
        leftOut.isEmpty() ? "" : "; no time for " + leftOut);
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
    if (minutes != null && (!(minutes > 0) || rounds != null || seconds != null)) {
      throw misuse("--minutes must be positive, and chooses --rounds and --seconds itself.");
    }
    List<Comparison> comparisons =
        Comparison.all(quick ? List.of(Scenario.LONG, Scenario.PIPELINED) : scenarios, work);
    if (comparisons.isEmpty()) {
      throw misuse("The scenario beside needs work: give a --burn-us above 0.");
    }
    return Settings.of(comparisons, contestants(), times, duration(measured), duration(first));
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
