package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Rows of servers that do the same with requests. In each generation the same processes are
 * measured at all of them; one that fails at a row is started anew for the next.
 */
final class ServerPart implements Part {
  private static final Duration LAUNCH = Duration.ofMillis(700);
  private static final Duration AROUND = Duration.ofMillis(35); // to settle, to drain
  private static final Duration AROUND_A_TURN = Duration.ofMillis(150);

  private final Settings settings;
  private final List<String> service;
  private final Map<ServerRow, List<Entrant>> rows;
  private final Map<Entrant, RunningServer> running = new LinkedHashMap<>();
  private final Set<Entrant> unable = new LinkedHashSet<>();

  /**
   * Makes the part.
   *
   * @param rows who takes part in which, all with the same service
   */
  ServerPart(Settings settings, Map<ServerRow, List<Entrant>> rows) {
    this.settings = settings;
    this.service = rows.keySet().iterator().next().service();
    this.rows = rows;
  }

  private Set<Entrant> all() {
    Set<Entrant> all = new LinkedHashSet<>();
    rows.values().forEach(all::addAll);
    return all;
  }

  @Override
  public Duration estimate() {
    Duration launches = LAUNCH.plus(settings.warmUp()).multipliedBy(all().size());
    return rows.entrySet().stream()
        .map(each -> estimate(each.getKey()).multipliedBy(each.getValue().size()))
        .reduce(launches, Duration::plus);
  }

  private Duration estimate(ServerRow row) {
    Duration measuring =
        row.workload().isSliced()
            ? settings.slice().plus(AROUND).multipliedBy(settings.rounds())
            : settings.turn().plus(AROUND_A_TURN).multipliedBy(settings.turns());
    return settings.warmUpOfARow().plus(measuring);
  }

  @Override
  public void run(int generation, Measured measured, Progress progress) throws IOException {
    rows.forEach((row, entrants) -> measured.expect(row.row(), entrants));
    try {
      Workload first = rows.keySet().iterator().next().workload();
      for (Entrant each : all()) {
        progress.begin("starting " + each);
        start(each, first, settings.warmUp(), measured);
        progress.end(LAUNCH.plus(settings.warmUp()));
      }
      for (Map.Entry<ServerRow, List<Entrant>> row : rows.entrySet()) {
        progress.begin(row.getKey().row().toString());
        measure(row.getKey(), row.getValue(), generation, measured);
        progress.end(estimate(row.getKey()).multipliedBy(row.getValue().size()));
      }
    } finally {
      for (RunningServer each : running.values()) {
        each.close();
      }
      running.clear();
    }
  }

  private void start(Entrant entrant, Workload workload, Duration warmUp, Measured measured)
      throws IOException {
    if (unable.contains(entrant)) {
      return;
    }
    try {
      RunningServer server = new RunningServer(entrant, service);
      running.put(entrant, server);
      server.begin(workload, warmUp);
      server.end();
    } catch (IOException e) {
      unable.add(entrant);
      leaveOut(entrant);
      measured.remark(entrant + " does not take part: " + e.getMessage());
    }
  }

  private void measure(ServerRow row, List<Entrant> entrants, int generation, Measured measured)
      throws IOException {
    Map<RunningServer, Double> rates = new LinkedHashMap<>();
    for (Entrant each : entrants) {
      if (!running.containsKey(each)) {
        start(each, row.workload(), settings.warmUp(), measured);
      }
      RunningServer server = running.get(each);
      if (server != null) {
        try {
          rates.put(server, server.begin(row.workload(), settings.warmUpOfARow()));
        } catch (IOException e) {
          leaveOut(each);
          measured.remark(each + " failed at " + row.row() + ": " + e.getMessage());
        }
      }
    }
    setRate(row.workload(), rates);
    boolean sliced = row.workload().isSliced();
    List<RunningServer> failed = new ArrayList<>();
    new Turns(generation, measured)
        .take(
            row.row(),
            rates.keySet(),
            sliced ? settings.rounds() : settings.turns(),
            sliced ? settings.slice() : settings.turn(),
            failed::add);
    for (Entrant each : entrants) {
      RunningServer server = running.get(each);
      if (server != null && failed.contains(server)) {
        leaveOut(each);
      } else if (server != null) {
        server.end();
      }
    }
  }

  private static void setRate(Workload workload, Map<RunningServer, Double> rates) {
    OptionalDouble slowest = rates.values().stream().mapToDouble(x -> x).min();
    if (workload.share() > 0 && slowest.isPresent()) {
      rates.keySet().forEach(each -> each.at(workload.share() * slowest.getAsDouble()));
    }
  }

  private void leaveOut(Entrant entrant) throws IOException {
    RunningServer server = running.remove(entrant);
    if (server != null) {
      server.close();
    }
  }
}
