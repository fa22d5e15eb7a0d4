package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.StartUp;
import io.netpoll.benchmarks.StartUpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** How long minimal servers take to start. The first launch of each does not count. */
final class StartUpPart implements Part {
  private static final Row ROW =
      new Row(Scenario.STARTUP, "launch to first answer", 0, Metric.MILLIS);

  private static final Duration STEP = Duration.ofMillis(700);

  private final Settings settings;
  private final Launcher launcher;

  StartUpPart(Settings settings, Launcher launcher) {
    this.settings = settings;
    this.launcher = launcher;
  }

  @Override
  public Duration estimate() {
    return STEP.multipliedBy((long) StartUpServer.values().length * (settings.rounds() + 1));
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    Set<StartUpServer> servers = EnumSet.allOf(StartUpServer.class);
    Rounds.run(
        -1,
        settings.rounds(),
        Scenario.STARTUP,
        results,
        progress,
        round -> {
          for (StartUpServer each : StartUpServer.values()) {
            progress.begin(Scenario.STARTUP + ": " + each);
            if (servers.contains(each) && !measure(each, round, results)) {
              servers.remove(each);
            }
            progress.end(STEP);
          }
        });
  }

  private boolean measure(StartUpServer server, int round, Results results)
      throws IOException, InterruptedException {
    try {
      double millis = StartUp.measure(launcher.measured(), server) / 1e6;
      if (round >= 0) {
        results.add(ROW, server.toString(), round, millis, Map.of());
      }
      return true;
    } catch (IOException e) {
      results.remark(server + " does not take part: " + e.getMessage());
      return false;
    }
  }
}
