package io.netpoll.benchmarks.suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What settings ask for, in the order in which it is made. */
final class Parts {
  private Parts() {}

  /** All parts; none of them has started anything yet. */
  static List<Part> of(Settings settings, Launcher launcher) {
    List<Part> parts = new ArrayList<>();
    for (int burn :
        settings.comparisons().stream().map(Comparison::burnMicros).distinct().toList()) {
      List<Comparison> same =
          settings.comparisons().stream().filter(each -> each.burnMicros() == burn).toList();
      List<Comparison> loads =
          same.stream().filter(each -> !each.scenario().loads(burn).isEmpty()).toList();
      if (!loads.isEmpty()) {
        parts.add(new LoadPart(settings, launcher, burn, loads));
      }
      same.stream()
          .filter(each -> !loads.contains(each))
          .forEach(each -> parts.add(other(each, settings, launcher)));
    }
    return parts;
  }

  private static Part other(Comparison what, Settings settings, Launcher launcher) {
    return switch (what.scenario()) {
      case CLIENTS -> new ClientPart(settings, launcher, Clients.own(), what.burnMicros());
      case MUX_CLIENTS -> new ClientPart(settings, launcher, Clients.sharing(), 0);
      case FILES -> new FilePart(settings, launcher);
      case MEMORY -> new MemoryPart(settings, launcher);
      case STARTUP -> new StartUpPart(settings, launcher);
      default -> throw new AssertionError(what);
    };
  }

  /** How long all parts take together, about. */
  static Duration estimate(List<Part> parts) {
    return parts.stream().map(Part::estimate).reduce(Duration.ZERO, Duration::plus);
  }
}
