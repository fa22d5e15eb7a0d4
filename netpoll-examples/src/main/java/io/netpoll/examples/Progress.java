package io.netpoll.examples;

import io.netpoll.examples.top.Terminal;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A line on the terminal that says, each second, how far a long piece of work has come, and is
 * taken away at the end. Where standard output is no terminal, nothing is written.
 */
final class Progress implements AutoCloseable {
  private static final String CLEARED = "\r\033[K";

  private final String what;
  private final long total;
  private final PrintStream out;
  private final boolean isTerminal;
  private final LongAdder done = new LongAdder();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread writer = new Thread(this::write, "progress");

  /**
   * Shows nothing yet.
   *
   * @param what is counted, in the plural
   * @param total how many steps there will be
   */
  Progress(String what, long total) {
    this(what, total, System.out, Terminal.isThere());
  }

  Progress(String what, long total, PrintStream out, boolean isTerminal) {
    this.what = what;
    this.total = total;
    this.out = out;
    this.isTerminal = isTerminal;
    writer.setDaemon(true);
  }

  /** Begins to write, where there is a terminal. */
  void show() {
    if (isTerminal) {
      writer.start();
    }
  }

  /** Counts one step; any thread. */
  void step() {
    done.increment();
  }

  private void write() {
    try {
      long before = 0;
      while (!over.await(1, TimeUnit.SECONDS)) {
        long now = done.sum();
        out.print(CLEARED + line(now, now - before));
        out.flush();
        before = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The line, for so many steps of which so many were made in the last second. */
  String line(long now, long rate) {
    return String.format(
        Locale.ROOT, "%d of %d %s (%d %%), %d/s", now, total, what, 100 * now / total, rate);
  }

  /** Takes the line away. */
  @Override
  public void close() {
    over.countDown();
    if (isTerminal) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      out.print(CLEARED);
      out.flush();
    }
  }
}
