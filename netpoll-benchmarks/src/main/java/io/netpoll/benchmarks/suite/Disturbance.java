package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the machine did something else during a slice. The rule, set before anything is measured:
 * a slice does not count if another machine had one of the processors (steal time), or if processes
 * other than the load and the server took more than {@link #MOST} of one processor.
 *
 * <p>The system counts in ticks of 10 ms. Where it does not say, no slice is disturbed.
 */
final class Disturbance {
  /** Of the slice's time. */
  static final double MOST = 0.25;

  private static final Path STAT = Path.of("/proc/stat");
  private static final long TICK_NANOS = 10_000_000;
  private static final int IDLE = 4;
  private static final int WAITING = 5;
  private static final int STEAL = 8;

  private final long stolen;
  private final long busy;

  private Disturbance(long stolen, long busy) {
    this.stolen = stolen;
    this.busy = busy;
  }

  /** The counters now. */
  static Disturbance now() throws IOException {
    if (!Files.isReadable(STAT)) {
      return new Disturbance(0, 0);
    }
    return of(Files.readAllLines(STAT));
  }

  /** The counters in the lines of the system's file, whose first line is about all processors. */
  static Disturbance of(List<String> lines) {
    String[] words = lines.get(0).split(" +");
    long busy = 0;
    for (int i = 1; i <= STEAL && i < words.length; i++) {
      busy += i == IDLE || i == WAITING ? 0 : Long.parseLong(words[i]);
    }
    return new Disturbance(words.length > STEAL ? Long.parseLong(words[STEAL]) : 0, busy);
  }

  /**
   * Whether a slice from these counters to later ones is disturbed.
   *
   * @param used processor time of the load and the server, in nanoseconds
   */
  boolean until(Disturbance later, long nanos, long used) {
    long others = (later.busy - busy) * TICK_NANOS - used;
    return later.stolen > stolen || others > MOST * nanos;
  }
}
