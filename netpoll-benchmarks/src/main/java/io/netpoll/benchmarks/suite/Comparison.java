package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A scenario with requests that compute equally long.
 *
 * @param scenario which
 * @param burnMicros how long each request computes
 */
record Comparison(Scenario scenario, int burnMicros) {

  /**
   * All of some scenarios, the most important first. Those that say how work weighs are made with
   * every burn, or with those above 0, the others with the first one only.
   */
  static List<Comparison> all(List<Scenario> scenarios, List<Integer> burns) {
    List<Comparison> all = new ArrayList<>();
    for (int burn : burns) {
      for (Scenario scenario : Scenario.values()) {
        if (scenarios.contains(scenario) && scenario.isMadeWith(burn, burns.get(0))) {
          all.add(new Comparison(scenario, burn));
        }
      }
    }
    return all;
  }

  @Override
  public String toString() {
    return burnMicros == 0
        ? scenario.toString()
        : String.format(Locale.ROOT, "%s with %d us of work", scenario, burnMicros);
  }
}
