package io.netpoll.benchmarks.suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What settings ask for, in the order in which it is made. */
final class Parts {
  private Parts() {}

  /** All parts; none of them has started anything yet. */
  static List<Part> of(Settings settings, Launcher launcher, Entrants entrants, DataFile file) {
    Map<List<String>, Map<ServerRow, List<Entrant>>> rows = new LinkedHashMap<>();
    List<Part> others = new ArrayList<>();
    for (int burn : settings.burns()) {
      for (Scenario scenario : settings.scenarios()) {
        if (settings.burnsOf(scenario).contains(burn)) {
          for (ServerRow row : scenario.servers(burn, file)) {
            rows.computeIfAbsent(row.service(), any -> new LinkedHashMap<>())
                .put(row, takingPart(row, entrants));
          }
        }
      }
    }
    for (Scenario scenario : settings.scenarios()) {
      others.addAll(
          switch (scenario) {
            case CLIENTS -> ClientPart.own(settings, launcher, entrants);
            case MUX_CLIENTS -> ClientPart.sharing(settings, launcher, entrants);
            case MEMORY -> List.of(new MemoryPart(entrants));
            case STARTUP ->
                entrants.compareRevisions()
                    ? List.of() // minimal mains, which are not what changes
                    : List.of(new StartUpPart(settings, launcher));
            default -> List.of();
          });
    }
    List<Part> parts = new ArrayList<>();
    rows.values().forEach(some -> parts.add(new ServerPart(settings, some)));
    parts.addAll(others);
    return parts;
  }

  /** Those of a row; a server that only echoes is left out where there is more to do. */
  private static List<Entrant> takingPart(ServerRow row, Entrants entrants) {
    boolean onlyEchoes = row.service().equals(ServerProcess.rpc(0));
    return entrants.servers(row.field()).stream()
        .filter(each -> onlyEchoes || !each.isForeign())
        .toList();
  }

  /** How long a generation of all parts takes, about. */
  static Duration estimate(List<Part> parts) {
    return parts.stream().map(Part::estimate).reduce(Duration.ZERO, Duration::plus);
  }
}
