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
 * measured at all of them; one that fails at a row is left out of that row, and started anew for
 * the next. Each is under the load of all of its rows first: what the compilers make of one load
 * they throw away and make anew at the next, and that would be in the figures.
 */
final class ServerPart implements Part {
  private static final int WARM_UPS = 2; // about, until the compilers are done

  private static final Duration LAUNCH = Duration.ofMillis(700);
  private static final Duration AROUND = Duration.ofMillis(35); // to settle, to drain
  private static final Duration AROUND_A_TURN = Duration.ofMillis(150);

  private final Settings settings;
  private final List<String> service;
  private final Map<ServerRow, List<Entrant>> rows;
  private final Map<Entrant, RunningServer> running = new LinkedHashMap<>();
  private final Set<Entrant> unable = new LinkedHashSet<>();
  private final Set<Failure> failed = new LinkedHashSet<>();

  /** One that failed at a row in this generation. */
  private record Failure(Entrant entrant, ServerRow row) {}

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
    Duration launches =
        all().stream().map(this::estimateOfStart).reduce(Duration.ZERO, Duration::plus);
    return rows.entrySet().stream()
        .map(each -> estimate(each.getKey()).multipliedBy(each.getValue().size()))
        .reduce(launches, Duration::plus);
  }

  private Duration estimateOfStart(Entrant entrant) {
    return LAUNCH.plus(settings.warmUp().multipliedBy((long) WARM_UPS * rowsOf(entrant).size()));
  }

  private List<ServerRow> rowsOf(Entrant entrant) {
    return rows.keySet().stream().filter(row -> rows.get(row).contains(entrant)).toList();
  }

  private Duration estimate(ServerRow row) {
    Duration measuring =
        row.workload().isSliced()
            ? settings.slice().plus(AROUND).multipliedBy(settings.rounds())
            : settings.turn().plus(AROUND_A_TURN).multipliedBy(settings.turns());
    return settings.warmUpAgain().multipliedBy(WARM_UPS).plus(measuring);
  }

  @Override
  public void run(int generation, Measured measured, Progress progress) throws IOException {
    rows.forEach(
        (row, entrants) ->
            measured.expect(row.row(), entrants.stream().map(Entrant::name).toList()));
    try {
      for (Entrant each : all()) {
        progress.begin("warming up " + each);
        warmUp(each, measured);
        progress.end(estimateOfStart(each));
      }
      OptionalDouble capacity = OptionalDouble.empty();
      for (ServerRow row : rows.keySet()) {
        progress.begin(row.row().toString());
        capacity = measure(row, generation, capacity, measured);
        progress.end(estimate(row).multipliedBy(rows.get(row).size()));
      }
    } finally {
      running.values().forEach(RunningServer::close);
      running.clear();
      failed.clear();
    }
  }

  private void warmUp(Entrant entrant, Measured measured) {
    for (ServerRow row : rowsOf(entrant)) {
      begin(entrant, row, settings.warmUp(), measured);
      RunningServer server = running.get(entrant);
      if (server != null) {
        server.end();
      }
    }
  }

  /**
   * Has one begin a row, starting it where it does not run; nothing if it fails at that, or has
   * failed at it before in this generation.
   */
  private OptionalDouble begin(Entrant entrant, ServerRow row, Duration warmUp, Measured measured) {
    if (unable.contains(entrant) || failed.contains(new Failure(entrant, row))) {
      return OptionalDouble.empty();
    }
    RunningServer server = running.get(entrant);
    if (server == null) {
      try {
        server = new RunningServer(entrant, service);
      } catch (IOException e) {
        unable.add(entrant);
        measured.remark(entrant + " does not take part: " + e.getMessage());
        return OptionalDouble.empty();
      }
      running.put(entrant, server);
    }
    try {
      return OptionalDouble.of(server.begin(row, warmUp));
    } catch (IOException e) {
      leaveOut(entrant);
      failed.add(new Failure(entrant, row));
      measured.remark(entrant + " failed at " + row.row() + ": " + e.getMessage());
      return OptionalDouble.empty();
    }
  }

  /**
   * Measures a row.
   *
   * @param known what the slowest server can carry, if an earlier row has shown it
   * @return the same, if it is known now
   */
  private OptionalDouble measure(
      ServerRow row, int generation, OptionalDouble known, Measured measured) {
    Map<Entrant, Double> rates = new LinkedHashMap<>();
    for (Entrant each : rows.get(row)) {
      begin(each, row, settings.warmUpAgain(), measured).ifPresent(it -> rates.put(each, it));
    }
    List<RunningServer> servers = rates.keySet().stream().map(running::get).toList();
    Workload workload = row.workload();
    OptionalDouble capacity = known;
    if (workload.share() > 0) {
      if (capacity.isEmpty()) {
        capacity = rates.values().stream().mapToDouble(x -> x).min();
      }
      capacity.ifPresent(most -> servers.forEach(each -> each.at(workload.share() * most)));
    }
    boolean sliced = workload.isSliced();
    List<RunningServer> lost = new ArrayList<>();
    new Turns(generation, measured)
        .take(
            row.row(),
            servers,
            sliced ? settings.rounds() : settings.turns(),
            sliced ? settings.slice() : settings.turn(),
            lost::add);
    for (Entrant each : rates.keySet()) {
      if (lost.contains(running.get(each))) {
        leaveOut(each);
      } else {
        running.get(each).end();
      }
    }
    return capacity;
  }

  private void leaveOut(Entrant entrant) {
    RunningServer server = running.remove(entrant);
    if (server != null) {
      server.close();
    }
  }
}
