package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.load.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Servers under load, all of them with requests that compute equally long. Every server runs from
 * the beginning to the end, warmed up, and idle while it is not its turn; in each round every row
 * is measured with one server after the other, beginning with another one each time. A round before
 * the first does not count: what a new kind of load makes the compiler do would be in its figures.
 */
final class LoadPart implements Part {
  private static final LoadPlan WARM_UP = Scenario.plan(64, 64, Turn.OWN, 1 << 10, 1 << 10);

  private final Settings settings;
  private final Launcher launcher;
  private final int burnMicros;
  private final List<LoadRow> rows;
  private final Map<Contestant, ServerProcess> servers = new LinkedHashMap<>();
  private final Map<Contestant, Double> capacities = new LinkedHashMap<>();

  LoadPart(Settings settings, Launcher launcher, int burnMicros) {
    this.settings = settings;
    this.launcher = launcher;
    this.burnMicros = burnMicros;
    rows = Scenario.loads(settings.scenarios(), burnMicros);
  }

  @Override
  public int steps() {
    return rows.size() * settings.servers().size() * (settings.rounds() + 1);
  }

  @Override
  public void run(Results results, Progress progress) throws IOException {
    try {
      if (!rows.isEmpty()) {
        progress.begin("starting the servers");
        settings.servers().forEach(each -> start(each, results));
        for (int round = -1; round < settings.rounds(); round++) {
          for (LoadRow row : rows) {
            measure(row, round, results, progress);
          }
          results.roundIsOver();
        }
      }
    } finally {
      servers.values().forEach(ServerProcess::close);
    }
  }

  private void start(Contestant contestant, Results results) {
    try {
      ServerProcess server = new ServerProcess(launcher.measured(), contestant, burnMicros);
      servers.put(contestant, server);
      LoadResult warm = load(server, WARM_UP, settings.warmUp(), settings.measured());
      capacities.put(contestant, warm.rate());
    } catch (IOException e) {
      leaveOut(contestant, "does not take part: " + e.getMessage(), results);
    }
  }

  private void leaveOut(Contestant contestant, String why, Results results) {
    results.remark(contestant + " " + why);
    ServerProcess server = servers.remove(contestant);
    capacities.remove(contestant);
    if (server != null) {
      server.close();
    }
  }

  private void measure(LoadRow row, int round, Results results, Progress progress) {
    List<Contestant> turn = new ArrayList<>(servers.keySet());
    Collections.rotate(turn, -round);
    for (Contestant each : turn) {
      progress.begin(row.row().scenario() + ", " + row.row().title() + ": " + each);
      measure(row, round, each, results);
      progress.end();
    }
  }

  private void measure(LoadRow row, int round, Contestant contestant, Results results) {
    try {
      LoadResult result =
          load(servers.get(contestant), plan(row), settings.settle(), settings.measured());
      if (round >= 0) {
        add(row.row(), round, contestant, result, results);
      }
    } catch (IOException e) {
      leaveOut(contestant, "failed at " + row.row().title() + ": " + e.getMessage(), results);
    }
  }

  private static void add(
      Row row, int round, Contestant contestant, LoadResult result, Results results) {
    double value = row.metric().of(result);
    results.add(new Sample(row, contestant.name(), round, value, Metric.details(result)));
    if (result.waiting() > 0) {
      results.remark(
          contestant + " left connections without an answer for a second: " + row.title());
    }
  }

  /** The load of a row; a share is one of what the slowest server can carry. */
  private LoadPlan plan(LoadRow row) {
    if (row.share() == 0) {
      return row.plan();
    }
    double capacity = capacities.values().stream().mapToDouble(x -> x).min().orElseThrow();
    return row.plan().at(capacity * row.share());
  }

  private static LoadResult load(
      ServerProcess server, LoadPlan plan, Duration warm, Duration measured) throws IOException {
    try (LoadRun run = new LoadRun(server.address(), plan)) {
      return run.run(warm, measured, server.pid());
    }
  }
}
