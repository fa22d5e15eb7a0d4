package io.netpoll.examples.top;

import io.netpoll.LoopStats;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What happened a second between two snapshots of one process. A loop that the first does not know
 * was started meanwhile; one that the second does not know has ended, and is left out.
 *
 * @param before the earlier snapshot
 * @param now the later one
 */
record Rates(Snapshot before, Snapshot now) {

  /** Whether both are of one process, so that there are rates. */
  static boolean arePossible(Snapshot before, Snapshot now) {
    return before.process().pid() == now.process().pid()
        && before.uptimeMillis() < now.uptimeMillis();
  }

  /** One line for each loop, and what all of them did. */
  List<Line> lines() {
    Map<Integer, LoopStats> known =
        before.loops().stream().collect(Collectors.toMap(LoopStats::number, Function.identity()));
    return now.loops().stream()
        .map(loop -> line(known.getOrDefault(loop.number(), unborn(loop.number())), loop))
        .toList();
  }

  private static LoopStats unborn(int number) {
    return new LoopStats(number, 0, 0, 0, 0, 0, 0, 0);
  }

  private Line line(LoopStats then, LoopStats loop) {
    return new Line(
        loop.connections(),
        rate(then, loop, LoopStats::opened),
        rate(then, loop, LoopStats::polls),
        rate(then, loop, LoopStats::reads),
        rate(then, loop, LoopStats::bytesRead),
        rate(then, loop, LoopStats::writes),
        rate(then, loop, LoopStats::bytesWritten));
  }

  private double rate(LoopStats then, LoopStats loop, ToLongFunction<LoopStats> count) {
    return (count.applyAsLong(loop) - count.applyAsLong(then)) / seconds();
  }

  /** How many processors were busy with the process. */
  double processors() {
    return (now.cpuMillis() - before.cpuMillis()) / 1e3 / seconds();
  }

  private double seconds() {
    return (now.uptimeMillis() - before.uptimeMillis()) / 1e3;
  }

  /** The sum of lines. */
  static Line total(List<Line> lines) {
    return lines.stream().reduce(new Line(0, 0, 0, 0, 0, 0, 0), Line::plus);
  }

  /**
   * What one or more loops did in a second.
   *
   * @param connections open now
   * @param opened connections
   * @param polls of the poller
   * @param reads that brought bytes
   * @param bytesIn that they brought
   * @param writes that took bytes
   * @param bytesOut that they took
   */
  record Line(
      int connections,
      double opened,
      double polls,
      double reads,
      double bytesIn,
      double writes,
      double bytesOut) {
    private Line plus(Line other) {
      return new Line(
          connections + other.connections,
          opened + other.opened,
          polls + other.polls,
          reads + other.reads,
          bytesIn + other.bytesIn,
          writes + other.writes,
          bytesOut + other.bytesOut);
    }
  }
}
