package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Servers under load, all of them with requests that compute equally long. In each round every row
 * is measured with one server after the other, beginning with another one each time. A round before
 * the first does not count: what a new kind of load makes the compiler do would be in its figures.
 */
final class LoadPart implements Part {
  private static final Duration CONNECTING = Duration.ofMillis(150);

  private final Settings settings;
  private final Launcher launcher;
  private final int burnMicros;
  private final List<Comparison> comparisons;

  /**
   * Makes the part.
   *
   * @param comparisons all with this burn, and none without rows of the load
   */
  LoadPart(Settings settings, Launcher launcher, int burnMicros, List<Comparison> comparisons) {
    this.settings = settings;
    this.launcher = launcher;
    this.burnMicros = burnMicros;
    this.comparisons = comparisons;
  }

  @Override
  public Duration estimate() {
    int rows =
        comparisons.stream().mapToInt(each -> each.scenario().loads(burnMicros).size()).sum();
    return step()
        .multipliedBy((long) rows * (settings.rounds() + 1))
        .plus(Servers.launch(settings))
        .multipliedBy(settings.servers().size());
  }

  private Duration step() {
    return settings.settle().plus(settings.measured()).plus(CONNECTING);
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    try (Servers servers = new Servers(settings, launcher, burnMicros)) {
      for (Comparison each : comparisons) {
        if (!progress.isLate()) {
          servers.start(results, progress);
        }
        compare(each, servers, results, progress);
      }
    }
  }

  private void compare(Comparison what, Servers servers, Results results, Progress progress)
      throws IOException, InterruptedException {
    List<LoadRow> rows = what.scenario().loads(burnMicros);
    Rounds.run(
        -1,
        settings.rounds(),
        what,
        results,
        progress,
        round -> {
          for (LoadRow row : rows) {
            measure(row, round, servers, results, progress);
          }
        });
  }

  private void measure(
      LoadRow row, int round, Servers servers, Results results, Progress progress) {
    List<Contestant> turn = servers.running();
    Collections.rotate(turn, -round);
    for (Contestant each : turn) {
      progress.begin(row.title() + ": " + each);
      measure(row, round, each, servers, results);
      progress.end(step());
    }
  }

  private static void measure(
      LoadRow row, int round, Contestant contestant, Servers servers, Results results) {
    try {
      LoadResult result = servers.measure(contestant, row);
      if (round >= 0) {
        Map<String, Double> details = Metric.details(result);
        for (Row each : row.rows()) {
          results.add(each, contestant.name(), round, each.metric().of(result), details);
          details = Map.of(); // they are told once
        }
        if (result.waiting() > 0) {
          results.remark(
              contestant
                  + " left connections without an answer for a second: "
                  + row.rows().get(0).title());
        }
      }
    } catch (IOException e) {
      servers.leaveOut(contestant);
      results.remark(
          contestant
              + " failed at "
              + row.title()
              + ", and was not measured there any more: "
              + e.getMessage());
    }
  }
}
