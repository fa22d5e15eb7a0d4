package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Makes load from the calling thread. Without a rate, each answer brings forth the next request;
 * with one, requests are due at equal distances whether answers come or not, and latencies count
 * from then, so that a server that stands still is not spared what it would have been asked
 * meanwhile. At a rate the thread never sleeps.
 */
public final class LoadRun implements AutoCloseable {
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long GLANCE_MILLIS = 10;

  private final InetSocketAddress server;
  private final LoadPlan plan;
  private final Requests requests;
  private final Selector selector;
  private final Set<LoadLine> lines = new LinkedHashSet<>();
  private final ArrayDeque<LoadLine> idle = new ArrayDeque<>();
  private final List<LoadLine> unsent = new ArrayList<>();
  private final Histogram latencies = new Histogram(3);
  private int opened;
  private boolean measuring;
  private boolean finishing;
  private long bytes;
  private long lastAnswer;
  private double nextDue;

  /** Opens the connections. */
  public LoadRun(InetSocketAddress server, LoadPlan plan) throws IOException {
    this.server = server;
    this.plan = plan;
    requests = new Requests(plan);
    selector = Selector.open();
    try {
      while (opened < plan.connections()) {
        idle.add(open());
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private LoadLine open() throws IOException {
    LoadLine line = new LoadLine(server, selector, requests, opened++, plan.largest());
    lines.add(line);
    return line;
  }

  /**
   * Makes load, and measures after a while.
   *
   * @param warm how long it is not measured
   * @param measured how long it is measured after that
   * @param pid the process whose processor time is measured; 0 for none
   * @throws IOException if an answer is wrong, a connection ends, or no answer comes for 10 s
   */
  public LoadResult run(Duration warm, Duration measured, long pid) throws IOException {
    begin();
    driveFor(warm.toNanos());
    long cpu = ProcessTime.nanos(pid);
    long own = ProcessTime.own();
    long start = System.nanoTime();
    measuring = true;
    driveFor(measured.toNanos());
    measuring = false;
    long end = System.nanoTime();
    long ownNanos = ProcessTime.own() - own;
    long used = ProcessTime.nanos(pid) - cpu;
    int waiting = 0;
    for (LoadLine line : lines) {
      waiting += line.waitsSince(end - LATE_NANOS) ? 1 : 0;
    }
    return new LoadResult(
        latencies, bytes, end - start, waiting, used, plan.rate() > 0 ? 0 : ownNanos);
  }

  private void begin() throws IOException {
    long now = System.nanoTime();
    lastAnswer = now;
    nextDue = now;
    if (plan.rate() == 0) {
      for (int i = 0; i < plan.inFlight(); i++) {
        LoadLine line = idle.remove();
        ask(line, now);
        if (plan.turn() == Turn.OWN) {
          idle.add(line); // the requests are dealt out evenly
        }
      }
    }
    flush();
  }

  private void driveFor(long nanos) throws IOException {
    long start = System.nanoTime();
    long now = start;
    while (now - start < nanos) {
      if (now - lastAnswer > SILENCE_NANOS) {
        throw silent();
      }
      if (plan.rate() > 0) {
        askWhatIsDue(now);
        selector.selectNow();
      } else {
        selector.select(GLANCE_MILLIS);
      }
      serveSelected();
      now = System.nanoTime();
    }
  }

  private void askWhatIsDue(long now) throws IOException {
    double distance = 1e9 / plan.rate();
    while (nextDue <= now) {
      LoadLine line = idle.remove();
      idle.add(line);
      ask(line, (long) nextDue);
      nextDue += distance;
    }
    flush();
  }

  private void serveSelected() throws IOException {
    Set<SelectionKey> selected = selector.selectedKeys();
    for (SelectionKey key : selected) {
      ((LoadLine) key.attachment()).ready(this::answered);
      flush();
    }
    selected.clear();
  }

  private void answered(LoadLine line, long due, int length) throws IOException {
    long now = System.nanoTime();
    lastAnswer = now;
    if (measuring) {
      latencies.recordValue(Math.max(0, now - due));
      bytes += length;
    }
    if (plan.rate() == 0 && !finishing) {
      ask(next(line), now);
    }
  }

  /**
   * Waits for all answers that are due, and sends nothing more; the connections stay open.
   *
   * @throws IOException as {@link #run}
   */
  public void finish() throws IOException {
    finishing = true;
    while (lines.stream().anyMatch(line -> line.waitsSince(System.nanoTime()))) {
      if (System.nanoTime() - lastAnswer > SILENCE_NANOS) {
        throw silent();
      }
      selector.select(GLANCE_MILLIS);
      serveSelected();
    }
  }

  private static IOException silent() {
    return new IOException("No answer came for 10 s: look at the server.");
  }

  private LoadLine next(LoadLine line) throws IOException {
    switch (plan.turn()) {
      case OWN:
        return line;
      case ROTATING:
        idle.add(line);
        return idle.remove();
      case FRESH:
        lines.remove(line);
        line.close();
        return open();
      default:
        throw new AssertionError(plan.turn());
    }
  }

  private void ask(LoadLine line, long due) {
    if (line.request(due)) {
      unsent.add(line);
    }
  }

  private void flush() throws IOException {
    for (LoadLine line : unsent) {
      line.flush();
    }
    unsent.clear();
  }

  /** Closes all connections. */
  @Override
  public void close() throws IOException {
    for (LoadLine line : lines) {
      line.close();
    }
    selector.close();
  }
}
