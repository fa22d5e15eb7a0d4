package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes load from the calling thread. Without a rate, each answer brings forth the next request;
 * with one, requests are due at equal distances whether answers come or not, and latencies count
 * from then, so that a server that stands still is not spared what it would have been asked
 * meanwhile. At a rate the thread never sleeps.
 *
 * <p>Another load may go beside it, from the same thread: it keeps the server as busy as it should
 * be, and only its answers are counted.
 */
public final class LoadRun implements Load {
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);
  static final long GLANCE_MILLIS = 10;

  private final Selector selector;
  private final List<Flow> flows = new ArrayList<>();
  private final Flow measured;
  private final @Nullable Flow beside;
  private final boolean hasRate;

  /** Opens the connections. */
  public LoadRun(InetSocketAddress server, LoadPlan plan) throws IOException {
    this(server, plan, null);
  }

  /**
   * Opens the connections of two loads.
   *
   * @param plan what is measured
   * @param beside what goes beside it; null for nothing
   */
  public LoadRun(InetSocketAddress server, LoadPlan plan, @Nullable LoadPlan beside)
      throws IOException {
    selector = Selector.open();
    try {
      measured = open(server, plan);
      this.beside = beside == null ? null : open(server, beside);
    } catch (Throwable e) {
      close();
      throw e;
    }
    hasRate = flows.stream().anyMatch(Flow::hasRate);
  }

  private Flow open(InetSocketAddress server, LoadPlan plan) throws IOException {
    Flow flow = new Flow(server, selector, plan);
    flows.add(flow);
    return flow;
  }

  /**
   * Makes load, and measures after a while.
   *
   * @param warm how long it is not measured
   * @param duration how long it is measured after that
   * @param pid the process whose processor time is measured; 0 for none
   * @throws IOException if an answer is wrong, a connection ends, or no answer comes for 10 s
   */
  public LoadResult run(Duration warm, Duration duration, long pid) throws IOException {
    long begun = System.nanoTime();
    for (Flow flow : flows) {
      flow.begin(begun);
    }
    driveFor(warm.toNanos());
    Window window = new Window(pid, hasRate);
    flows.forEach(flow -> flow.measure(true));
    driveFor(duration.toNanos());
    flows.forEach(flow -> flow.measure(false));
    long late = System.nanoTime() - LATE_NANOS;
    return window.end(
        measured.latencies(),
        measured.latencies().getTotalCount(),
        measured.bytes(),
        beside == null ? 0 : beside.latencies().getTotalCount(),
        flows.stream().mapToInt(flow -> flow.waitingSince(late)).sum());
  }

  @Override
  public LoadResult slice(Duration settle, Duration duration, long pid) throws IOException {
    LoadResult result = run(settle, duration, pid);
    finish();
    return result;
  }

  private void driveFor(long nanos) throws IOException {
    long start = System.nanoTime();
    long now = start;
    while (now - start < nanos) {
      failWhereSilent(now);
      if (hasRate) {
        for (Flow flow : flows) {
          flow.askWhatIsDue(now);
        }
      }
      serve();
      now = System.nanoTime();
    }
  }

  /** Serves what is ready, once something is, and before that what waited for another look. */
  private void serve() throws IOException {
    if (hasRate || hasHalves()) {
      selector.selectNow();
    } else {
      selector.select(GLANCE_MILLIS);
    }
    for (Flow flow : flows) {
      flow.flushHalves();
    }
    Set<SelectionKey> selected = selector.selectedKeys();
    for (SelectionKey key : selected) {
      ((FrameChannel) key.attachment()).ready();
      for (Flow flow : flows) {
        flow.flush();
      }
    }
    selected.clear();
  }

  private boolean hasHalves() {
    for (Flow flow : flows) {
      if (flow.hasHalves()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits for all answers that are due, and sends nothing more; the connections stay open.
   *
   * @throws IOException as {@link #run}
   */
  public void finish() throws IOException {
    flows.forEach(Flow::finish);
    while (flows.stream().anyMatch(flow -> flow.waitingSince(System.nanoTime()) > 0)) {
      failWhereSilent(System.nanoTime());
      serve();
    }
  }

  private void failWhereSilent(long now) throws IOException {
    for (Flow flow : flows) {
      if (flow.silence(now) > SILENCE_NANOS) {
        throw new IOException("No answer came for 10 s: look at the server.");
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Flow flow : flows) {
      flow.close();
    }
    selector.close();
  }
}
