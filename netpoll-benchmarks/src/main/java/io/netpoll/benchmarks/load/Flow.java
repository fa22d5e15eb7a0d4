package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * The requests of one plan: its connections, when the next request is due on which of them, and the
 * latencies of what was answered. {@link LoadRun} drives it, with one thread.
 */
final class Flow implements AutoCloseable {
  private final InetSocketAddress server;
  private final Selector selector;
  private final LoadPlan plan;
  private final Requests requests;
  private final Set<LoadLine> lines = new LinkedHashSet<>();
  private final ArrayDeque<LoadLine> idle = new ArrayDeque<>();
  private final List<LoadLine> unsent = new ArrayList<>();
  private final ArrayDeque<LoadLine> halves = new ArrayDeque<>();
  private final Histogram latencies = new Histogram(3);
  private int opened;
  private boolean measuring;
  private boolean finishing;
  private long bytes;
  private long lastAnswer;
  private double nextDue;

  /** Opens the connections. */
  Flow(InetSocketAddress server, Selector selector, LoadPlan plan) throws IOException {
    this.server = server;
    this.selector = selector;
    this.plan = plan;
    requests = new Requests(plan);
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
    LoadLine line =
        new LoadLine(server, selector, requests, opened++, plan.largest(), this::answered);
    lines.add(line);
    return line;
  }

  /** Whether requests are due at a time, and not when an answer has come. */
  boolean hasRate() {
    return plan.rate() > 0;
  }

  /** Makes the first requests; also after {@link #finish}, once all answers have come. */
  void begin(long now) throws IOException {
    finishing = false;
    lastAnswer = now;
    nextDue = now;
    latencies.reset();
    bytes = 0;
    if (!hasRate()) {
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

  /** Makes the requests that are due now, where there is a rate. */
  void askWhatIsDue(long now) throws IOException {
    if (!hasRate()) {
      return;
    }
    double distance = 1e9 / plan.rate();
    while (nextDue <= now) {
      LoadLine line = idle.remove();
      idle.add(line);
      ask(line, (long) nextDue);
      nextDue += distance;
    }
    flush();
  }

  private void answered(LoadLine line, long due, int length) throws IOException {
    long now = System.nanoTime();
    lastAnswer = now;
    if (measuring) {
      latencies.recordValue(Math.max(0, now - due));
      bytes += length;
    }
    if (!hasRate()) {
      LoadLine next = next(line);
      if (!finishing) {
        ask(next, now);
      } else if (plan.turn() != Turn.OWN) {
        idle.addFirst(next); // with a turn of their own all are there
      }
    }
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

  /** Sends the requests that were made, or their first pieces. */
  void flush() throws IOException {
    for (LoadLine line : unsent) {
      if (plan.pieces()) {
        line.flushHalf();
        halves.add(line);
      } else {
        line.flush();
      }
    }
    unsent.clear();
  }

  /**
   * Sends second pieces, those whose first ones left earliest, until no more are kept than should
   * be. While requests are made that is three quarters of those in flight: a server that is busy
   * answers a quarter at most before it looks again, so it has seen a first piece alone by the time
   * that three quarters of the requests have had their turn.
   */
  void flushHalves() throws IOException {
    while (hasHalves()) {
      halves.remove().flush();
    }
  }

  /** Whether {@link #flushHalves} would send something. */
  boolean hasHalves() {
    return halves.size() > (finishing ? 0 : plan.inFlight() * 3 / 4);
  }

  /** Whether answers count from now on. */
  void measure(boolean counts) {
    measuring = counts;
  }

  /** Makes no more requests that an answer brings forth. */
  void finish() {
    finishing = true;
  }

  /** Nanoseconds since an answer came last, or since the begin. */
  long silence(long now) {
    return now - lastAnswer;
  }

  /** How many connections have a request without an answer that was due before a time. */
  int waitingSince(long time) {
    int waiting = 0;
    for (LoadLine line : lines) {
      waiting += line.waitsSince(time) ? 1 : 0;
    }
    return waiting;
  }

  /** Of the answers that counted. */
  Histogram latencies() {
    return latencies;
  }

  /** Payload of the answers that counted. */
  long bytes() {
    return bytes;
  }

  /** Closes all connections. */
  @Override
  public void close() throws IOException {
    for (LoadLine line : lines) {
      line.close();
    }
  }
}
