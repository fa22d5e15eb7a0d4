package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.rpc.Work;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What differences the machine can show today: the same server under two names must be even, and
 * one that is slowed by a known share must be behind by that.
 *
 * @param same the second one to the first
 * @param slowed the slowed one to the first
 * @param expected what the latter should be
 */
record SelfCheck(Interval same, Interval slowed, double expected) {
  /** The first, its double, and one of whose requests each fiftieth computes for one's time. */
  static List<Entrant> entrants(Entrant first, long requestMicros) {
    return List.of(
        first,
        first.as(first + " again"),
        first.as(first + " slowed", "--slow-us", Long.toString(requestMicros)));
  }

  /** Looks at what was measured of {@link #entrants}. */
  static SelfCheck of(Map<Entrant, List<Slice>> slices, long requestMicros) {
    List<List<Slice>> each = List.copyOf(slices.values());
    double more = 1000.0 * requestMicros / Work.SLOW_EVERY;
    double base = Interval.median(each.get(0).stream().mapToDouble(Slice::cpuNanos).toArray());
    return new SelfCheck(
        Interval.of(each.get(1), each.get(0), Slice::capacity),
        Interval.of(each.get(2), each.get(0), Slice::capacity),
        base / (base + more));
  }

  /** Whether both came out as they should. */
  boolean isPassed() {
    return same.low() <= 1 && same.high() >= 1 && slowed.high() < 1 && contains(slowed, expected);
  }

  private static boolean contains(Interval interval, double value) {
    return interval.low() <= value && interval.high() >= value;
  }

  @Override
  public String toString() {
    String verdict =
        isPassed()
            ? "passed"
            : String.format(
                Locale.ROOT,
                "FAILED: today this machine sees no differences below %.1f %%",
                100 * Math.max(same.uncertainty(), slowed.uncertainty()));
    return String.format(
        Locale.ROOT,
        "self-check: the same server twice %s, one slowed to %.3f %s: %s",
        same,
        expected,
        slowed,
        verdict);
  }
}
