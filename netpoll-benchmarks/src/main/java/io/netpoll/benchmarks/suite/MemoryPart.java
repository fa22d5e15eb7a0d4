package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.load.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What connections cost a server in memory: its live heap, and what else is resident. All pages of
 * the heap are resident from the start, so what is added is native. The optimizing compiler is off:
 * its own memory comes and goes by megabytes, more than that of the connections. Each server is
 * warmed up first, so that code and pools that are there anyway are not counted.
 */
final class MemoryPart implements Part {
  private static final int CONNECTIONS = 1000;
  private static final Duration LOADED = Duration.ofMillis(500);
  private static final Duration STEP = Duration.ofSeconds(5);
  private static final List<String> FIELD =
      List.of("ours-epoll", "ours-nio", "netty-epoll", "netty-iouring", "jdk-virtual", "jdk-async");
  private static final Row IDLE = row("idle after calls of 1 KB", true);
  private static final Row BURST = row("idle after a burst of 64 KB messages", false);

  private final List<Entrant> entrants;

  MemoryPart(Entrants entrants) {
    this.entrants =
        entrants.servers(FIELD, "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1").stream()
            .filter(each -> !each.isForeign())
            .toList();
  }

  private static Row row(String name, boolean isInSummary) {
    return new Row(Scenario.MEMORY, name, 0, List.of(Metric.MEMORY), isInSummary);
  }

  @Override
  public Duration estimate() {
    return STEP.multipliedBy(entrants.size());
  }

  @Override
  public void run(int generation, Measured measured, Progress progress) {
    measured.expect(IDLE, entrants.stream().map(Entrant::name).toList());
    measured.expect(BURST, entrants.stream().map(Entrant::name).toList());
    for (Entrant each : entrants) {
      progress.begin(Scenario.MEMORY + ": " + each);
      try {
        measure(each, generation, measured);
      } catch (IOException e) {
        measured.remark(each + " has no figures of memory: " + e.getMessage());
      }
      progress.end(STEP);
    }
  }

  private static void measure(Entrant entrant, int generation, Measured measured)
      throws IOException {
    try (ServerProcess server = new ServerProcess(entrant, ServerProcess.rpc(0))) {
      load(server, plan(64, 1 << 10)).close();
      load(server, plan(8, 64 << 10)).close();
      server.memory(); // takes long enough for the server to have closed those connections too
      long[] before = server.memory();
      measured.add(IDLE, entrant.name(), slice(generation, before, withOpen(server, 1 << 10)));
      measured.add(BURST, entrant.name(), slice(generation, before, withOpen(server, 64 << 10)));
    }
  }

  /** The memory while connections are open that have carried messages of a size. */
  private static long[] withOpen(ServerProcess server, int size) throws IOException {
    LoadRun run = load(server, plan(CONNECTIONS, size));
    try {
      return server.memory();
    } finally {
      run.close();
    }
  }

  /** Makes load on all connections, and leaves them open with nothing under way. */
  private static LoadRun load(ServerProcess server, LoadPlan plan) throws IOException {
    LoadRun run = new LoadRun(server.address(), plan);
    try {
      run.slice(Duration.ZERO, LOADED, server.pid());
      return run;
    } catch (Throwable e) {
      run.close();
      throw e;
    }
  }

  private static LoadPlan plan(int connections, int size) {
    return Scenario.plan(connections, connections, Turn.OWN, size, size);
  }

  private static Slice slice(int generation, long[] before, long[] after) {
    double bytes = (after[0] - before[0] + after[1] - before[1]) / (double) CONNECTIONS;
    return new Slice(generation, 0, false, false, Map.of(Metric.MEMORY, bytes));
  }
}
