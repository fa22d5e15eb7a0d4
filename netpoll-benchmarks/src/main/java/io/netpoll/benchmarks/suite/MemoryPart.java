package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.load.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * What connections cost a server in memory: its live heap, and what else is resident. All pages of
 * the heap are resident from the start, so what is added is native. The optimizing compiler is off:
 * its own memory comes and goes by megabytes, more than that of the connections. Each server is
 * warmed up first, so that code and pools that are there anyway are not counted.
 */
final class MemoryPart implements Part {
  private static final int CONNECTIONS = 1000;
  private static final Duration AROUND = Duration.ofSeconds(3); // to start, and to collect garbage
  private static final Row IDLE =
      new Row(Scenario.MEMORY, "idle, after one call of 1 KB", 0, Metric.MEMORY);
  private static final Row BURST =
      new Row(Scenario.MEMORY, "idle, after a burst of 64 KB messages", 0, Metric.MEMORY);

  private final Settings settings;
  private final Launcher launcher;

  MemoryPart(Settings settings, Launcher launcher) {
    this.settings = settings;
    this.launcher = launcher;
  }

  @Override
  public Duration estimate() {
    return step().multipliedBy((long) settings.servers().size() * rounds());
  }

  private Duration step() {
    return AROUND.plus(settings.warmUp().plus(settings.measured()).multipliedBy(4));
  }

  /** Fewer than of rates: memory hardly differs from round to round. */
  private int rounds() {
    return Math.min(2, settings.rounds());
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    Rounds.run(
        0,
        rounds(),
        Scenario.MEMORY,
        results,
        progress,
        round -> measure(round, results, progress));
  }

  private void measure(int round, Results results, Progress progress) {
    for (Contestant each : settings.servers()) {
      progress.begin(Scenario.MEMORY + ": " + each);
      try {
        measure(each, round, results);
      } catch (IOException e) {
        results.remark(each + " has no figures of memory: " + e.getMessage());
      }
      progress.end(step());
    }
  }

  private void measure(Contestant contestant, int round, Results results) throws IOException {
    try (ServerProcess server =
        new ServerProcess(
            launcher.measured("-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"),
            contestant,
            ServerProcess.rpc(0))) {
      load(server, plan(64, 1 << 10)).close();
      load(server, plan(8, 64 << 10)).close();
      server.memory(); // takes long enough for the server to have closed those connections too
      long[] before = server.memory();
      add(IDLE, contestant, round, before, withOpen(server, 1 << 10), results);
      add(BURST, contestant, round, before, withOpen(server, 64 << 10), results);
    }
  }

  /** The memory while connections are open that have carried messages of a size. */
  private long[] withOpen(ServerProcess server, int size) throws IOException {
    LoadRun run = load(server, plan(CONNECTIONS, size));
    try {
      return server.memory();
    } finally {
      run.close();
    }
  }

  /** Makes load on all connections, and leaves them open with nothing under way. */
  private LoadRun load(ServerProcess server, LoadPlan plan) throws IOException {
    LoadRun run = new LoadRun(server.address(), plan);
    try {
      run.run(settings.warmUp(), settings.measured(), server.pid());
      run.finish();
      return run;
    } catch (Throwable e) {
      run.close();
      throw e;
    }
  }

  private static LoadPlan plan(int connections, int size) {
    return Scenario.plan(connections, connections, Turn.OWN, size, size);
  }

  private static void add(
      Row row, Contestant who, int round, long[] before, long[] after, Results results) {
    double heap = (double) (after[0] - before[0]) / CONNECTIONS;
    double other = (double) (after[1] - before[1]) / CONNECTIONS;
    Map<String, Double> details = Map.of("heap", heap, "native", other);
    results.add(row, who.name(), round, heap + other, details);
  }
}
