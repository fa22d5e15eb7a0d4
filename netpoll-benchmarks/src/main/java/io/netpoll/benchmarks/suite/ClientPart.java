package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row of clients on the processor of what is measured, all of them with the same server on the
 * other: one of Netty's, so that it is not ours.
 */
final class ClientPart implements Part {
  private static final Duration LAUNCH = Duration.ofMillis(900);
  private static final int WARM_UPS = 6; // it has no other row to learn at
  private static final Duration AROUND = Duration.ofMillis(50); // to settle, to drain

  private final Settings settings;
  private final Launcher launcher;
  private final Row row;
  private final List<String> service;
  private final List<Entrant> entrants;

  private ClientPart(
      Settings settings, Launcher launcher, Row row, List<String> service, List<Entrant> entrants) {
    this.settings = settings;
    this.launcher = launcher;
    this.row = row;
    this.service = service;
    this.entrants = entrants;
  }

  /** Callers that have connections of their own. */
  static List<Part> own(Settings settings, Launcher launcher, Entrants entrants) {
    List<Part> parts = new ArrayList<>();
    for (String threads : List.of("platform", "virtual")) {
      for (int callers : List.of(64, 400)) {
        String shape = "--service rpc --connections " + callers + " --callers " + callers;
        Map<String, String> words = new LinkedHashMap<>();
        words.put("ours", "client ours --threads " + threads);
        words.put("netty-epoll", "client netty-epoll --threads " + threads);
        words.put("jdk", "client jdk-" + threads);
        parts.add(
            new ClientPart(
                settings,
                launcher,
                row(Scenario.CLIENTS, callers + " " + threads + " threads", callers == 64),
                ServerProcess.rpc(0),
                clients(words, shape, entrants)));
      }
    }
    return parts;
  }

  /** Callers that share four connections. */
  static List<Part> sharing(Settings settings, Launcher launcher, Entrants entrants) {
    List<Part> parts = new ArrayList<>();
    for (String threads : List.of("platform", "virtual")) {
      Map<String, String> words = new LinkedHashMap<>();
      words.put("ours", "mux ours --threads " + threads);
      words.put("netty-epoll", "mux netty-epoll --threads " + threads);
      parts.add(
          new ClientPart(
              settings,
              launcher,
              row(Scenario.MUX_CLIENTS, "400 " + threads + " threads", false),
              ServerProcess.ECHO,
              clients(words, "--connections 4 --callers 400", entrants)));
    }
    return parts;
  }

  private static Row row(Scenario scenario, String name, boolean isInSummary) {
    return new Row(scenario, name, 0, List.of(Metric.CAPACITY, Metric.RATE), isInSummary);
  }

  private static List<Entrant> clients(Map<String, String> words, String shape, Entrants entrants) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    words.forEach((name, some) -> all.put(name, List.of((some + " " + shape).split(" "))));
    return entrants.others(all);
  }

  @Override
  public Duration estimate() {
    Duration slices = settings.slice().plus(AROUND).multipliedBy(settings.rounds());
    return LAUNCH
        .plus(settings.warmUp().multipliedBy(WARM_UPS))
        .plus(slices)
        .multipliedBy(entrants.size())
        .plus(LAUNCH);
  }

  @Override
  public void run(int generation, Measured measured, Progress progress) throws IOException {
    progress.begin(row.toString());
    measured.expect(row, entrants.stream().map(Entrant::name).toList());
    List<RunningClient> clients = new ArrayList<>();
    try (ServerProcess server =
        new ServerProcess(
            new Entrant("the clients' server", launcher.measuring(), List.of("netty-epoll")),
            service)) {
      for (Entrant each : entrants) {
        try {
          clients.add(new RunningClient(each, server, settings.warmUp().multipliedBy(WARM_UPS)));
        } catch (IOException e) {
          measured.remark(each + " does not take part in " + row + ": " + e.getMessage());
        }
      }
      new Turns(generation, measured)
          .take(row, clients, settings.rounds(), settings.slice(), RunningClient::close);
    } finally {
      clients.forEach(RunningClient::close);
    }
    progress.end(estimate());
  }
}
