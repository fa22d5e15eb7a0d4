package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Pinning;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares servers in slices of time, precisely enough for differences of two per cent. */
@Command(
    name = "compare",
    sortOptions = false,
    description = {
      "Starts the servers side by side and lets one at a time go on for a slice while the others are"
          + " stopped; says the ratio of each to the first with its 95 % interval.",
      "Needs Linux, and a machine that does nothing else: the self-check says what it can show."
    })
public final class CompareCommand implements Callable<Integer> {
  private static final Duration FOR_EVER = Duration.ofDays(100);
  private static final int REQUEST_MICROS = 8; // about, without work

  @Option(
      names = "--scenarios",
      paramLabel = "NAME",
      split = ",",
      description = "Those of suite that only measure a rate; long by default.")
  private List<Scenario> scenarios = List.of(Scenario.LONG);

  @Option(
      names = "--servers",
      paramLabel = "NAME",
      split = ",",
      description = "Names as in suite; the first is what the others are compared with.")
  private List<String> servers = List.of("ours-epoll", "netty-epoll");

  @Option(
      names = "--against",
      paramLabel = "REV",
      description = "Build this commit, and compare the servers with those of the same name in it.")
  private @Nullable String against;

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      defaultValue = "0",
      description = "How long requests compute, in microseconds; 0 by default.")
  private int burnMicros;

  @Option(
      names = "--generations",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often all processes are started anew; 5 by default.")
  private int generations = 5;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Slices of each server in a generation; 10 by default.")
  private int rounds = 10;

  @Option(
      names = "--slice",
      paramLabel = "S",
      defaultValue = "0.2",
      description = "How long a slice is, in seconds; 0.2 by default.")
  private double slice = 0.2;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "4",
      description = "How long each process is under the load first; 4 by default.")
  private double warmUp = 4;

  @Option(names = "--no-self-check", description = "Leave out what shows if it can be believed.")
  private boolean unchecked;

  @Option(names = "--out", paramLabel = "FILE", description = "Write all slices there, as CSV.")
  private @Nullable Path out;

  @Option(
      names = "--java",
      paramLabel = "PATH",
      description = "The java command of what is measured; by default the one that runs this.")
  private @Nullable Path java;

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

  @Spec private CommandSpec command = CommandSpec.create();

  private final List<String> csv = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    check();
    List<LoadRow> rows = rows();
    boolean pinned = Pinning.pinThisProcess(loadCpu);
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    Launcher launcher =
        new Launcher(
            java == null ? own : java, List.of(), pinned ? serverCpu : -1, pinned ? loadCpu : -1);
    try (Revision other = against == null ? null : Revision.build(against)) {
      return compare(rows, entrants(launcher, other));
    }
  }

  private int compare(List<LoadRow> rows, List<Entrant> entrants) throws IOException {
    PrintWriter terminal = command.commandLine().getOut();
    Slices slices = new Slices(generations, rounds, duration(slice), duration(warmUp));
    Duration total = slices.estimate(entrants.size()).multipliedBy(rows.size());
    Progress progress =
        new Progress(terminal, unchecked ? total : total.plus(slices.estimate(3)), FOR_EVER);
    boolean believed = unchecked || isBelieved(slices, firstOfThisBuild(entrants), progress);
    for (LoadRow row : rows) {
      Map<Entrant, List<Slice>> measured =
          slices.measure(entrants, ServerProcess.rpc(burnMicros), row.plan(), progress);
      print(terminal, row, measured);
    }
    progress.close();
    if (out != null) {
      Files.write(out, csv);
    }
    return believed ? 0 : 1;
  }

  /** Another commit may not know how to be slow. */
  private Entrant firstOfThisBuild(List<Entrant> entrants) {
    return entrants.get(against == null ? 0 : 1);
  }

  /** With long connections, whose requests cost about {@link #REQUEST_MICROS}. */
  private boolean isBelieved(Slices slices, Entrant first, Progress progress) throws IOException {
    long requestMicros = burnMicros + REQUEST_MICROS;
    SelfCheck check =
        SelfCheck.of(
            slices.measure(
                SelfCheck.entrants(first, requestMicros),
                ServerProcess.rpc(burnMicros),
                Scenario.LONG.loads(burnMicros).get(0).plan(),
                progress),
            requestMicros);
    command.commandLine().getOut().println(check);
    return check.isPassed();
  }

  private void print(PrintWriter terminal, LoadRow row, Map<Entrant, List<Slice>> measured) {
    List<Slice> first = measured.values().iterator().next();
    long dropped =
        measured.values().stream().flatMap(List::stream).filter(Slice::disturbed).count();
    terminal.printf(
        Locale.ROOT,
        "%n%s: %d generations of %d slices, %d of them all dropped%n",
        row.title(),
        generations,
        rounds,
        dropped);
    terminal.printf(
        "%-28s %10s %8s %8s %9s   %-28s %s%n",
        "", "requests/s", "cpu us", "p50 us", "p99 us", "capacity, to the first", "rate");
    measured.forEach(
        (entrant, slices) -> {
          Interval capacity = Interval.of(slices, first, Slice::capacity);
          terminal.printf(
              Locale.ROOT,
              "%-28s %10.0f %8.3f %8.1f %9.1f   %s %-6s %s%n",
              entrant,
              middle(slices, Slice::rate),
              middle(slices, Slice::cpuNanos) / 1e3,
              middle(slices, Slice::p50) / 1e3,
              middle(slices, Slice::p99) / 1e3,
              capacity,
              slices == first ? "" : capacity.verdict(),
              Interval.of(slices, first, Slice::rate));
          slices.forEach(each -> csv.add(row.title() + "," + entrant + "," + line(each)));
        });
    terminal.flush();
  }

  private static String line(Slice slice) {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.0f,%.1f,%.0f,%.0f,%s",
        slice.generation(),
        slice.round(),
        slice.rate(),
        slice.cpuNanos(),
        slice.p50(),
        slice.p99(),
        slice.disturbed() ? "dropped" : "counts");
  }

  private static double middle(List<Slice> slices, ToDoubleFunction<Slice> value) {
    return Interval.median(
        slices.stream().filter(each -> !each.disturbed()).mapToDouble(value).toArray());
  }

  private List<Entrant> entrants(Launcher launcher, @Nullable Revision other) {
    List<Entrant> entrants = new ArrayList<>();
    for (Contestant each : contestants()) {
      if (other != null) {
        entrants.add(
            new Entrant(each.name() + "@" + against, each, launcher.measuredFrom(other.jar())));
      }
      entrants.add(new Entrant(each.name(), each, launcher.measured()));
    }
    return entrants;
  }

  /** In the order in which they were named. */
  private List<Contestant> contestants() {
    try {
      List<Contestant> named = new ArrayList<>();
      for (String name : servers) {
        named.addAll(Contestant.named(List.of(name)));
      }
      return named;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private List<LoadRow> rows() {
    List<LoadRow> rows = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      List<LoadRow> loads = scenario.loads(burnMicros);
      if (loads.isEmpty()
          || loads.stream().anyMatch(row -> row.share() > 0 || row.beside() != null)) {
        throw new ParameterException(
            command.commandLine(), "The scenario " + scenario + " cannot be cut into slices.");
      }
      rows.addAll(loads);
    }
    return rows;
  }

  private void check() {
    if (generations < 1 || rounds < 1 || !(slice >= 0.05 && slice <= 10) || !(warmUp >= 0)) {
      throw new ParameterException(
          command.commandLine(),
          "--generations and --rounds need at least 1, --slice from 0.05 to 10, --warm-up 0.");
    }
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
