package io.netpoll.benchmarks;

import io.netpoll.benchmarks.load.ProcessTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Callers, each of which sends a frame, waits until it has come back, and sends the next, in turn
 * over the connections that are its own. The thread that runs the plan opens and closes them.
 *
 * @param <L> the connections
 */
final class ClientRun<L extends EchoClient.Line> {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * What to do.
   *
   * @param callers how many threads call
   * @param connections how many connections they have together, a multiple of the callers
   * @param size bytes of a payload, at least 8
   * @param warmNanos how long they call before it counts
   * @param nanos how long it counts
   * @param threads which threads call
   * @param serverPid the server's process; 0 for unknown
   */
  record Plan(
      int callers,
      int connections,
      int size,
      long warmNanos,
      long nanos,
      CallerThreads threads,
      long serverPid) {}

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
          "rate=%.0f p50_us=%.1f p99_us=%.1f cpu_us=%.2f load_cpu=%.2f",
          count * 1e9 / nanos,
          latencies.getValueAtPercentile(50) / 1e3,
          latencies.getValueAtPercentile(99) / 1e3,
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
  private volatile boolean measuring;
  private volatile boolean over;

  private ClientRun(Plan plan, IntFunction<Exchange<L>> exchanges) {
    this.plan = plan;
    this.exchanges = exchanges;
  }

  /**
   * Carries out a plan with frames that come back. It ends in time whatever the server does, and
   * closes all connections.
   *
   * @throws IOException if an exchange fails, or is not done five seconds after the others
   */
  static Result echo(EchoClient client, Plan plan) throws IOException, InterruptedException {
    return new ClientRun<EchoClient.Line>(plan, Exchange::echo).run(client::open);
  }

  /** Carries out a plan with messages; otherwise like {@link #echo}. */
  static Result call(MessageClient client, Plan plan) throws IOException, InterruptedException {
    return new ClientRun<MessageClient.MessageLine>(plan, Exchange::call).run(client::open);
  }

  private Result run(Opening<L> opening) throws IOException, InterruptedException {
    ExecutorService threads = plan.threads().executor();
    try {
      for (int i = 0; i < plan.connections(); i++) {
        lines.add(opening.open());
      }
      return measure(threads);
    } finally {
      over = true;
      for (L line : lines) {
        line.close();
      }
      threads.shutdown();
      threads.awaitTermination(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private Result measure(ExecutorService threads) throws IOException, InterruptedException {
    List<Future<Histogram>> callers = new ArrayList<>();
    int each = lines.size() / plan.callers();
    for (int i = 0; i < plan.callers(); i++) {
      List<L> own = lines.subList(i * each, (i + 1) * each);
      callers.add(threads.submit(() -> call(own)));
    }
    TimeUnit.NANOSECONDS.sleep(plan.warmNanos());
    long cpu = ProcessTime.own();
    long server = ProcessTime.nanos(plan.serverPid());
    long start = System.nanoTime();
    measuring = true;
    TimeUnit.NANOSECONDS.sleep(plan.nanos());
    measuring = false;
    long nanos = System.nanoTime() - start;
    long cpuNanos = ProcessTime.own() - cpu;
    long serverNanos = ProcessTime.nanos(plan.serverPid()) - server;
    over = true;
    return new Result(collect(callers), nanos, cpuNanos, serverNanos);
  }

  private Histogram call(List<L> own) throws IOException, InterruptedException {
    Histogram latencies = new Histogram(3);
    Exchange<L> exchange = exchanges.apply(plan.size());
    do {
      for (L line : own) {
        long start = System.nanoTime();
        exchange.on(line);
        if (measuring) {
          latencies.recordValue(System.nanoTime() - start);
        }
      }
    } while (!over);
    return latencies;
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
