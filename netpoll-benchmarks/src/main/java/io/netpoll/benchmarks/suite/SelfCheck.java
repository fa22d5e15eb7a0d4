package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.Turn;
import io.netpoll.benchmarks.rpc.Work;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What differences the machine can show today: the same server under two names must be even, and
 * one that is slowed by a known share must be behind by that.
 *
 * @param same the second one to the first
 * @param slowed the slowed one to the first
 * @param expected what the latter should be
 */
record SelfCheck(Interval same, Interval slowed, double expected) {
  private static final int SLOW_MICROS = 8; // about what a request costs: one in fifty is 2 %
  static final String SERVER = "ours-epoll";
  static final String AGAIN = "the same again";
  static final String SLOWED = "slowed";
  static final Row ROW =
      new Row(Scenario.LONG, "self-check on 100 connections", 0, List.of(Metric.CAPACITY), false);

  /** What measures it. */
  static ServerPart part(Settings some, Launcher launcher) {
    Settings settings = some.withTwiceTheRounds();
    Entrant first = new Entrant(SERVER, launcher.measured(), List.of(SERVER));
    return new ServerPart(
        settings,
        Map.of(
            new ServerRow(
                ROW,
                ServerProcess.rpc(0),
                Workload.calls(Scenario.plan(100, 100, Turn.OWN, 1 << 10, 1 << 10)),
                List.of()),
            List.of(
                first,
                first.as(AGAIN),
                first.as(SLOWED, "--slow-us", Integer.toString(SLOW_MICROS)))));
  }

  /** Looks at what was measured; nothing if no slices are left that can be compared. */
  static Optional<SelfCheck> of(Measured measured) {
    Map<String, List<Slice>> slices = measured.slices().getOrDefault(ROW, Map.of());
    List<Slice> first = slices.getOrDefault(SERVER, List.of());
    Optional<Interval> same = to(first, slices.getOrDefault(AGAIN, List.of()));
    Optional<Interval> slowed = to(first, slices.getOrDefault(SLOWED, List.of()));
    if (same.isEmpty() || slowed.isEmpty()) {
      return Optional.empty();
    }
    double micros =
        Interval.median(
            first.stream()
                .filter(each -> !each.disturbed())
                .mapToDouble(each -> each.value(Metric.CPU))
                .toArray());
    double more = (double) SLOW_MICROS / Work.SLOW_EVERY;
    return Optional.of(new SelfCheck(same.get(), slowed.get(), micros / (micros + more)));
  }

  private static Optional<Interval> to(List<Slice> first, List<Slice> other) {
    return Interval.of(other, first, Metric.CAPACITY);
  }

  /** Whether both came out as they should. */
  boolean isPassed() {
    return same.contains(1) && slowed.high() < 1 && slowed.contains(expected);
  }

  @Override
  public String toString() {
    String verdict =
        isPassed()
            ? "passed"
            : String.format(
                Locale.ROOT,
                "FAILED: today this machine sees no differences below %.1f %%",
                100 * Math.max(same.distance(1), slowed.distance(expected)));
    return String.format(
        Locale.ROOT,
        "self-check: the same server twice %s, one slowed to %.3f %s: %s",
        same,
        expected,
        slowed,
        verdict);
  }
}
