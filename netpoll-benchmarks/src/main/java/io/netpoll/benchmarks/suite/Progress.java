package io.netpoll.benchmarks.suite;

import java.io.PrintWriter;
import java.util.Locale;

/** A bar with the time left, on a terminal; elsewhere a line for every tenth. */
final class Progress {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final boolean terminal = System.console() != null;
  private final long start = System.nanoTime();
  private final int total;
  private int done;
  private int shown = -1;

  Progress(PrintWriter out, int total) {
    this.out = out;
    this.total = Math.max(1, total);
  }

  /** Says what is measured next. */
  void begin(String what) {
    int tenth = done * 10 / total;
    if (terminal) {
      int filled = Math.min(WIDTH, done * WIDTH / total);
      String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
      out.printf("\r[%s] %s, %-50.50s", bar, left(), what);
    } else if (tenth != shown) {
      out.printf("%d of %d, %s: %s%n", done, total, left(), what);
    }
    shown = tenth;
    out.flush();
  }

  /** One more is done. */
  void end() {
    done++;
  }

  /** All are done, or will never be. */
  void close() {
    if (terminal) {
      out.println();
    }
    out.flush();
  }

  private String left() {
    if (done == 0) {
      return "time left unknown";
    }
    double seconds = (System.nanoTime() - start) / 1e9 / done * (total - done);
    return String.format(Locale.ROOT, "%d:%02d left", (int) seconds / 60, (int) seconds % 60);
  }
}
