package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.StartUp;
import io.netpoll.benchmarks.StartUpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** How long minimal servers take to start. The first launch of each does not count. */
final class StartUpPart implements Part {
  private static final Row ROW =
      new Row(Scenario.STARTUP, "launch to first answer", 0, List.of(Metric.MILLIS), true);
  private static final Duration STEP = Duration.ofMillis(600);

  private final Settings settings;
  private final Launcher launcher;
  private final Set<StartUpServer> servers = EnumSet.allOf(StartUpServer.class);

  StartUpPart(Settings settings, Launcher launcher) {
    this.settings = settings;
    this.launcher = launcher;
  }

  @Override
  public Duration estimate() {
    return STEP.multipliedBy((long) StartUpServer.values().length * (settings.turns() + 1));
  }

  @Override
  public void run(int generation, Measured measured, Progress progress)
      throws InterruptedException {
    measured.expect(ROW, Stream.of(StartUpServer.values()).map(Object::toString).toList());
    for (int round = -1; round < settings.turns(); round++) {
      for (StartUpServer each : StartUpServer.values()) {
        progress.begin(Scenario.STARTUP + ": " + each);
        if (servers.contains(each) && !measure(each, generation, round, measured)) {
          servers.remove(each);
        }
        progress.end(STEP);
      }
    }
  }

  private boolean measure(StartUpServer server, int generation, int round, Measured measured)
      throws InterruptedException {
    try {
      double millis = StartUp.measure(launcher.measured(), server) / 1e6;
      if (round >= 0) {
        measured.add(
            ROW,
            server.toString(),
            new Slice(generation, round, false, false, Map.of(Metric.MILLIS, millis)));
      }
      return true;
    } catch (IOException e) {
      measured.remark(server + " does not take part: " + e.getMessage());
      return false;
    }
  }
}
