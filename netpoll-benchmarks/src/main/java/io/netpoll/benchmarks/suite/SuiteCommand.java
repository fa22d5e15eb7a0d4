package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Pinning;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares everything with everything, or one commit with another. */
@Command(
    name = "suite",
    sortOptions = false,
    description = {
      "Starts all that a row compares side by side, lets one at a time go on for a slice of time"
          + " while the others are stopped, and writes figures, tables and a chart into a"
          + " directory. Needs Linux, and a machine that does nothing else: the self-check says"
          + " what differences it can show.",
      "Where taskset exists, what is measured gets one processor, and the rest another."
    })
public final class SuiteCommand implements Callable<Integer> {
  private static final List<String> QUICK =
      List.of("ours-epoll", "netty-epoll", "netty-iouring-ring", "jdk-virtual");

  @Option(
      names = "--scenarios",
      paramLabel = "NAME",
      split = ",",
      description =
          "long, idle, mux, pipelined, mixed, large, pieces, answers, fan-out, churn, latency, beside, files, clients,"
              + " mux-clients, memory, startup; all by default.")
  private @Nullable List<Scenario> scenarios;

  @Option(
      names = "--servers",
      paramLabel = "NAME",
      split = ",",
      description =
          "Names as in the tables, instead of those that usually take part; the first is what the"
              + " others are compared with.")
  private List<String> servers = List.of();

  @Option(
      names = "--against",
      paramLabel = "REV",
      description =
          "Build this commit of the project, and compare with that instead of the rivals; tables are"
              + " printed, and no pages written.")
  private @Nullable String against;

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      split = ",",
      description =
          "How long requests compute, in microseconds; 0,100 by default. long, idle and mux are"
              + " made with each, beside with those above 0, the others with the first.")
  private @Nullable List<Integer> burns;

  @Option(
      names = "--generations",
      paramLabel = "N",
      description = "How often all processes are started anew; 5 by default.")
  private @Nullable Integer generations;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Slices of each in a generation; 8 by default.")
  private @Nullable Integer rounds;

  @Option(
      names = "--slice",
      paramLabel = "S",
      description = "How long a slice is, in seconds; 0.1 by default.")
  private @Nullable Double slice;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description =
          "How long a new server is under the load of each row first, in seconds; 0.5 by default,"
              + " and up to four times as long where its compilers are not done by then.")
  private @Nullable Double warmUp;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "60",
      description = "Begin no generation that would not be over by then; 60 by default.")
  private double minutes = 60;

  @Option(
      names = "--quick",
      description =
          "Under two minutes: pipelining and few connections, four servers, two generations; no results,"
              + " since those take five.")
  private boolean quick;

  @Option(names = "--no-self-check", description = "Leave out what shows if it can be believed.")
  private boolean unchecked;

  @Option(
      names = "--keep-disturbed",
      description = "Count slices in which the machine did something else, too.")
  private boolean keepDisturbed;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      description =
          "Where figures, tables and the chart go; docs/benchmarks by default. Figures that are"
              + " there stay, but for those of rows that are measured again.")
  private @Nullable Path out;

  @Option(
      names = "--slices",
      paramLabel = "FILE",
      description = "Write all slices there, too, as CSV.")
  private @Nullable Path csv;

  @Option(
      names = "--c-server",
      paramLabel = "PATH",
      description =
          "An echo server of frames that takes its port as its argument, to compare with as 'c'.")
  private @Nullable Path foreign;

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
  private int serverCpu = 1;

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
    checkServers();
    Launcher launcher = launcher();
    try (Scratch scratch = new Scratch()) {
      Path there = scratch.directory();
      Revision other = against == null ? null : Revision.build(against, there);
      Entrants entrants = new Entrants(launcher, servers, foreign, other);
      return run(settings, launcher, Parts.of(settings, launcher, entrants, DataFile.in(there)));
    }
  }

  private int run(Settings settings, Launcher launcher, List<Part> parts)
      throws IOException, InterruptedException {
    if (Parts.estimate(parts).isZero()) {
      throw misuse("Nothing is to be measured: give a --burn-us above 0 for beside.");
    }
    PrintWriter terminal = command.commandLine().getOut();
    Report report = new Report(directory());
    Figures earlier = against == null ? report.read() : Figures.NONE;
    String session = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    String facts = Machine.facts() + "; " + launcher.description() + "; " + settings;
    Keep keep = new Keep(report, earlier, session, facts);
    Optional<ServerPart> check =
        unchecked ? Optional.empty() : Optional.of(SelfCheck.part(settings, launcher));
    boolean isWell =
        new Suite(settings, parts, keep, terminal)
            .run(check, Duration.ofSeconds((long) (minutes * 60)));
    if (keep.figures.all().isEmpty()) {
      throw new IllegalStateException("Nothing could be measured: " + keep.remarks);
    }
    keep.print(terminal);
    return isWell ? 0 : 1;
  }

  /** Writes what was measured, and remembers it. */
  private final class Keep implements Suite.Keeper {
    private final Report report;
    private final Figures earlier;
    private final String session;
    private final String facts;
    private Figures figures = Figures.NONE;
    private Set<String> remarks = Set.of();

    Keep(Report report, Figures earlier, String session, String facts) {
      this.report = report;
      this.earlier = earlier;
      this.session = session;
      this.facts = facts;
    }

    @Override
    public void isChecked(Measured check) throws IOException {
      if (csv != null) {
        Files.writeString(Path.of(csv + ".self-check"), check.toCsv());
      }
    }

    @Override
    public void generationIsOver(Measured measured, int made) throws IOException {
      if (csv != null) {
        Files.writeString(csv, measured.toCsv());
      }
      remarks = measured.remarks();
      String told = facts + ", " + made + " of them made. " + String.join(" ", remarks);
      figures = Figures.NONE.with(session, told, measured);
      if (against == null) {
        report.write(earlier.with(session, told, measured));
      }
    }

    void print(PrintWriter terminal) {
      Pages pages = new Pages(figures);
      for (Scenario scenario : figures.scenarios()) {
        for (String row : figures.rows(scenario)) {
          terminal.printf("%n%s, %s%n%s", scenario, row, pages.table(scenario, row));
        }
      }
      remarks.forEach(terminal::println);
      terminal.flush();
    }
  }

  private Path directory() {
    return out == null ? Path.of("docs", "benchmarks") : out;
  }

  private Launcher launcher() throws InterruptedException {
    boolean pinned = !noPinning && Pinning.pinThisProcess(loadCpu);
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    return new Launcher(
        java == null ? own : java, jvmArguments, pinned ? serverCpu : -1, pinned ? loadCpu : -1);
  }

  private Settings settings() {
    int often = generations != null ? generations : quick ? 2 : 5;
    int turns = rounds != null ? rounds : 8;
    double each = slice != null ? slice : 0.1;
    double first = warmUp != null ? warmUp : 0.5;
    if (often < 1 || turns < 1 || !(each >= 0.05 && each <= 10 && first > 0 && minutes > 0)) {
      throw misuse(
          "--generations and --rounds need at least 1, --slice from 0.05 to 10, --warm-up and"
              + " --minutes more than 0.");
    }
    if (against != null && out != null) {
      throw misuse("--against writes no pages: leave out --out, or give --slices instead.");
    }
    List<Integer> work = burns != null ? burns : quick ? List.of(0) : List.of(0, 100);
    if (work.stream().anyMatch(some -> some < 0)) {
      throw misuse("--burn-us cannot be negative.");
    }
    List<Scenario> all = List.of(Scenario.values());
    if (scenarios != null) {
      all = scenarios;
    } else if (quick) {
      all = List.of(Scenario.PIPELINED, Scenario.MIXED);
    }
    if (quick && servers.isEmpty() && against == null) {
      servers = QUICK;
    }
    return new Settings(all, work, often, turns, duration(each), duration(first), keepDisturbed);
  }

  private void checkServers() {
    Set<String> known = new TreeSet<>(Entrants.servers().keySet());
    known.add(Field.C);
    List<String> unknown =
        servers.stream().filter(name -> !known.contains(name)).collect(Collectors.toList());
    if (!unknown.isEmpty()) {
      throw misuse("'" + unknown.get(0) + "' is not one of " + known + ".");
    }
    if (servers.contains(Field.C) && foreign == null) {
      throw misuse("The server 'c' needs its path: give --c-server.");
    }
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
