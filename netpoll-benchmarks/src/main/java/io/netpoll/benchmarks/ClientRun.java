package io.netpoll.benchmarks;

import io.netpoll.benchmarks.load.ProcessTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Callers, each of which sends a frame, waits until it has come back, and sends the next, in turn
 * over the connections that are its own. One thread opens, measures and closes.
 *
 * @param <L> the connections
 */
final class ClientRun<L extends EchoClient.Line> implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * What to do.
   *
   * @param callers how many threads call
   * @param connections how many connections they have together, a multiple of the callers
   * @param size bytes of a payload, at least 8
   * @param threads which threads call
   * @param serverPid the server's process; 0 for unknown
   */
  record Plan(int callers, int connections, int size, CallerThreads threads, long serverPid) {}

  /**
   * What was measured.
   *
   * @param latencies of all exchanges, in nanoseconds
   * @param nanos how long they took together
   * @param cpuNanos the processor time that this process took for them
   * @param serverNanos the processor time that the server took; 0 if it was not known
   */
  record Result(Histogram latencies, long nanos, long cpuNanos, long serverNanos) {
    @Override
    public String toString() {
      long count = latencies.getTotalCount();
      return String.format(
          Locale.ROOT,
          "rate=%.0f p50_us=%.1f p99_us=%.1f p99.9_us=%.1f cpu_us=%.3f load_cpu=%.3f",
          count * 1e9 / nanos,
          latencies.getValueAtPercentile(50) / 1e3,
          latencies.getValueAtPercentile(99) / 1e3,
          latencies.getValueAtPercentile(99.9) / 1e3,
          cpuNanos / 1e3 / Math.max(1, count),
          (double) serverNanos / nanos);
    }
  }

  /** Opens a connection. */
  private interface Opening<L> {
    L open() throws IOException, InterruptedException;
  }

  private final Plan plan;
  private final IntFunction<Exchange<L>> exchanges;
  private final List<L> lines = new ArrayList<>();
  private final ExecutorService threads;

  private ClientRun(Plan plan, IntFunction<Exchange<L>> exchanges, Opening<L> opening)
      throws IOException, InterruptedException {
    this.plan = plan;
    this.exchanges = exchanges;
    threads = plan.threads().executor();
    try {
      for (int i = 0; i < plan.connections(); i++) {
        lines.add(opening.open());
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /**
   * What counts, by the clock of whoever looks at it: each caller does after each exchange. So the
   * time is kept even where callers leave no processor to the thread that waits for them.
   */
  private static final class Phases {
    private enum Phase {
      WARMING,
      MEASURING,
      OVER
    }

    /** The clock and what was used by then. */
    private record Mark(long nanos, long cpuNanos, long serverNanos) {
      static Mark now(Plan plan) {
        return new Mark(System.nanoTime(), ProcessTime.own(), ProcessTime.nanos(plan.serverPid()));
      }
    }

    private final Plan plan;
    private final long warmNanos;
    private final long nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Phase phase = Phase.WARMING;
    private volatile long next;

    // Under the lock.
    private @Nullable Mark begun;
    private @Nullable Mark ended;

    Phases(Plan plan, long warmNanos, long nanos) {
      this.plan = plan;
      this.warmNanos = warmNanos;
      this.nanos = nanos;
    }

    void begin() {
      Mark.now(plan); // loads what it needs, which takes seconds beside busy callers
      next = System.nanoTime() + warmNanos;
    }

    boolean isMeasuring() {
      return phase == Phase.MEASURING;
    }

    boolean isOver() {
      return phase == Phase.OVER;
    }

    /** Goes on to the next phase if it is time. */
    void look(long now) {
      if (now - next >= 0 && !isOver() && lock.tryLock()) {
        try {
          if (now - next >= 0 && !isOver()) {
            goOn();
          }
        } finally {
          lock.unlock();
        }
      }
    }

    private void goOn() {
      if (phase == Phase.WARMING) {
        begun = Mark.now(plan);
        next = begun.nanos() + nanos;
        phase = Phase.MEASURING;
      } else if (phase == Phase.MEASURING) {
        ended = Mark.now(plan);
        finish();
      }
    }

    /** Nothing counts any more. */
    void finish() {
      phase = Phase.OVER;
      end.countDown();
    }

    /** Waits for the end; on a thread that may get no processor, or may have to bring it about. */
    void awaitEnd() throws InterruptedException {
      while (!isOver()) {
        end.await(Math.max(GLANCE_NANOS, next - System.nanoTime()), TimeUnit.NANOSECONDS);
        look(System.nanoTime());
      }
    }

    Result result(Histogram latencies) {
      lock.lock();
      try {
        Mark from = Objects.requireNonNull(begun);
        Mark to = Objects.requireNonNull(ended);
        return new Result(
            latencies,
            to.nanos() - from.nanos(),
            to.cpuNanos() - from.cpuNanos(),
            to.serverNanos() - from.serverNanos());
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Opens the connections of callers that send frames, which come back.
   *
   * @throws IOException if one cannot be opened
   */
  static ClientRun<?> echo(EchoClient client, Plan plan) throws IOException, InterruptedException {
    return new ClientRun<EchoClient.Line>(plan, Exchange::echo, client::open);
  }

  /**
   * Opens those of callers that send messages, which are answered; otherwise like {@link #echo}.
   */
  static ClientRun<?> call(MessageClient client, Plan plan)
      throws IOException, InterruptedException {
    return new ClientRun<MessageClient.MessageLine>(plan, Exchange::call, client::open);
  }

  /**
   * Has all callers call, and measures after a while; afterwards nothing is under way, and it may
   * be measured again. It ends in time whatever the server does.
   *
   * @param warmNanos how long they call before it counts
   * @param nanos how long it counts
   * @throws IOException if an exchange fails, or is not done five seconds after the others
   */
  Result measure(long warmNanos, long nanos) throws IOException, InterruptedException {
    Phases phases = new Phases(plan, warmNanos, nanos);
    List<Future<Histogram>> callers = new ArrayList<>();
    phases.begin();
    try {
      int each = lines.size() / plan.callers();
      for (int i = 0; i < plan.callers(); i++) {
        List<L> own = lines.subList(i * each, (i + 1) * each);
        callers.add(threads.submit(() -> call(own, phases)));
      }
      phases.awaitEnd();
    } finally {
      phases.finish();
    }
    return phases.result(collect(callers));
  }

  private Histogram call(List<L> own, Phases phases) throws IOException, InterruptedException {
    Histogram latencies = new Histogram(3);
    Exchange<L> exchange = exchanges.apply(plan.size());
    do {
      for (L line : own) {
        long start = System.nanoTime();
        exchange.on(line);
        long now = System.nanoTime();
        if (phases.isMeasuring()) {
          latencies.recordValue(now - start);
        }
        phases.look(now);
      }
    } while (!phases.isOver());
    return latencies;
  }

  /** Closes all connections, and waits until the callers have ended; an interrupt ends that. */
  @Override
  public void close() throws IOException {
    for (L line : lines) {
      line.close();
    }
    threads.shutdown();
    try {
      threads.awaitTermination(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Histogram collect(List<Future<Histogram>> callers)
      throws IOException, InterruptedException {
    Histogram all = new Histogram(3);
    long start = System.nanoTime();
    for (Future<Histogram> caller : callers) {
      try {
        long left = PATIENCE_NANOS - (System.nanoTime() - start);
        all.add(caller.get(left, TimeUnit.NANOSECONDS));
      } catch (ExecutionException e) {
        throw new IOException("An exchange failed: " + e.getCause().getMessage(), e.getCause());
      } catch (TimeoutException e) {
        throw new IOException("An answer has not come within 5 s: look at the server.", e);
      }
    }
    return all;
  }
}
