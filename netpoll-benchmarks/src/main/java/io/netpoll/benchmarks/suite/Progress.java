package io.netpoll.benchmarks.suite;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells how far it is: a bar with the time left, on a terminal; elsewhere a line for every
 * twentieth. One thread uses it.
 */
final class Progress {
  private static final int WIDTH = 30;
  private static final int LINES = 20;

  private final PrintWriter out;
  private final boolean terminal = System.console() != null;
  private final long start = System.nanoTime();
  private final double total;
  private double done;
  private int shown = -1;

  /**
   * Begins.
   *
   * @param total how long everything takes, about
   */
  Progress(PrintWriter out, Duration total) {
    this.out = out;
    this.total = Math.max(1, total.toNanos());
  }

  /** Says what is measured next. */
  void begin(String what) {
    double share = Math.min(1, done / total);
    int line = (int) (share * LINES);
    if (terminal) {
      int filled = (int) (share * WIDTH);
      String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
      out.printf("\r[%s] %s, %-50.50s", bar, left(), what);
    } else if (line != shown) {
      out.printf(Locale.ROOT, "%3.0f %%, %s: %s%n", share * 100, left(), what);
    }
    shown = line;
    out.flush();
  }

  /** That is done, which takes so long, about. */
  void end(Duration estimate) {
    done += estimate.toNanos();
  }

  /** All are done, or will never be. */
  void close() {
    if (terminal) {
      out.println();
    }
    out.flush();
  }

  /** What is left takes as many times longer than was estimated as what was done did. */
  private String left() {
    double left = Math.max(0, total - done);
    double factor = done == 0 ? 1 : (System.nanoTime() - start) / done;
    long seconds = (long) (left * factor / 1e9);
    return String.format(Locale.ROOT, "%d:%02d left", seconds / 60, seconds % 60);
  }
}
