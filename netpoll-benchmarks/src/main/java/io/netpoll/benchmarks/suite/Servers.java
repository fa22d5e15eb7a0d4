package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.load.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one burn, warmed up, idle while it is not their turn. One that fails is ended, and
 * started anew before the next comparison. One thread uses them.
 */
final class Servers implements AutoCloseable {
  private static final LoadPlan WARM_UP = Scenario.plan(64, 64, Turn.OWN, 1 << 10, 1 << 10);
  private static final Duration LAUNCH = Duration.ofMillis(1500);

  private final Settings settings;
  private final Launcher launcher;
  private final int burnMicros;
  private final Map<Contestant, ServerProcess> running = new LinkedHashMap<>();
  private final Map<Contestant, Double> capacities = new LinkedHashMap<>();
  private final Set<Contestant> unable = new HashSet<>();

  Servers(Settings settings, Launcher launcher, int burnMicros) {
    this.settings = settings;
    this.launcher = launcher;
    this.burnMicros = burnMicros;
  }

  /** How long one takes to start, about. */
  static Duration launch(Settings settings) {
    return LAUNCH.plus(settings.warmUp()).plus(settings.measured());
  }

  /** Starts those that do not run; who cannot be started once is not tried again. */
  void start(Results results, Progress progress) {
    for (Contestant each : settings.servers()) {
      if (!running.containsKey(each) && !unable.contains(each)) {
        progress.begin("starting " + each);
        start(each, results);
        progress.end(launch(settings));
      }
    }
  }

  private void start(Contestant contestant, Results results) {
    try {
      running.put(
          contestant,
          new ServerProcess(launcher.measured(), contestant, ServerProcess.rpc(burnMicros)));
      LoadResult warm = load(contestant, WARM_UP, null, settings.warmUp());
      capacities.put(contestant, warm.rate());
    } catch (IOException e) {
      unable.add(contestant);
      leaveOut(contestant);
      results.remark(contestant + " does not take part: " + e.getMessage());
    }
  }

  /** Those that run, in their order. */
  List<Contestant> running() {
    return new ArrayList<>(running.keySet());
  }

  /** Whether one runs. */
  boolean runs(Contestant contestant) {
    return running.containsKey(contestant);
  }

  /** Ends one that failed. */
  void leaveOut(Contestant contestant) {
    ServerProcess server = running.remove(contestant);
    capacities.remove(contestant);
    if (server != null) {
      server.close();
    }
  }

  /** Measures one that runs, after the load has settled. */
  LoadResult measure(Contestant contestant, LoadRow row) throws IOException {
    return load(contestant, plan(row), row.beside(), settings.settle());
  }

  /** The load of a row; a share is one of what the slowest server can carry. */
  private LoadPlan plan(LoadRow row) {
    if (row.share() == 0) {
      return row.plan();
    }
    double capacity = capacities.values().stream().mapToDouble(x -> x).min().orElseThrow();
    return row.plan().at(capacity * row.share());
  }

  private LoadResult load(
      Contestant contestant, LoadPlan plan, @Nullable LoadPlan beside, Duration warm)
      throws IOException {
    ServerProcess server = running.get(contestant);
    if (server == null) {
      throw new IOException("The server does not run.");
    }
    try (LoadRun run = new LoadRun(server.address(), plan, beside)) {
      return run.run(warm, settings.measured(), server.pid());
    }
  }

  @Override
  public void close() {
    running.values().forEach(ServerProcess::close);
    running.clear();
  }
}
