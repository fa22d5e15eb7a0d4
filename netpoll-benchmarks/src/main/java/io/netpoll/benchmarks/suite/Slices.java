package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures servers side by side: all of a generation live at the same time, and each goes on for a
 * slice in turn, in an order that is shuffled in each round, while the others are stopped.
 *
 * @param generations how often all are started anew
 * @param rounds how many slices each has in a generation
 * @param slice how long each lasts
 * @param warmUp how long each is under the load before the first
 */
record Slices(int generations, int rounds, Duration slice, Duration warmUp) {
  private static final Duration LAUNCH = Duration.ofMillis(1500);
  private static final Duration WARM_SLICE = Duration.ofMillis(500);

  /** About how long it takes with so many servers. */
  Duration estimate(int servers) {
    Duration each = LAUNCH.plus(warmUp).plus(slice.plusMillis(30).multipliedBy(rounds));
    return each.multipliedBy((long) servers * generations);
  }

  /**
   * Measures.
   *
   * @param service what the servers do with requests
   * @param progress told of each generation
   * @return the slices of each, in the order of {@code entrants}
   */
  Map<Entrant, List<Slice>> measure(
      List<Entrant> entrants, List<String> service, LoadPlan plan, Progress progress)
      throws IOException {
    Map<Entrant, List<Slice>> slices = new LinkedHashMap<>();
    entrants.forEach(each -> slices.put(each, new ArrayList<>()));
    Random random = new Random(1);
    for (int generation = 0; generation < generations; generation++) {
      progress.begin("generation " + (generation + 1) + " of " + generations);
      measure(generation, entrants, service, plan, random, slices);
      progress.end(estimate(entrants.size()).dividedBy(generations));
    }
    return slices;
  }

  private void measure(
      int generation,
      List<Entrant> entrants,
      List<String> service,
      LoadPlan plan,
      Random random,
      Map<Entrant, List<Slice>> slices)
      throws IOException {
    List<SlicedServer> servers = new ArrayList<>();
    try {
      for (Entrant each : entrants) {
        servers.add(SlicedServer.start(each, service, plan));
      }
      long warm = Math.max(1, warmUp.dividedBy(WARM_SLICE));
      for (int i = 0; i < warm; i++) {
        for (SlicedServer each : servers) {
          each.slice(generation, -1, WARM_SLICE);
        }
      }
      for (int round = 0; round < rounds; round++) {
        Collections.shuffle(servers, random);
        for (SlicedServer each : servers) {
          slices.get(each.entrant()).add(each.slice(generation, round, slice));
        }
      }
    } finally {
      for (SlicedServer each : servers) {
        each.close();
      }
    }
  }
}
