package io.netpoll.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.netpoll.benchmarks.EchoClient.Line;
import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * Callers, each of which sends a frame, waits until it has come back, and sends the next, in turn
 * over the connections that are its own. No two payloads of a connection are alike.
 */
final class ClientRun {
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
   * @param service what the server does
   */
  record Plan(
      int callers,
      int connections,
      int size,
      long warmNanos,
      long nanos,
      CallerThreads threads,
      Service service) {}

  /**
   * What was measured.
   *
   * @param latencies of all exchanges, in nanoseconds
   * @param nanos how long they took together
   * @param cpuNanos the processor time that this process took for them
   */
  record Result(Histogram latencies, long nanos, long cpuNanos) {
    @Override
    public String toString() {
      long count = latencies.getTotalCount();
      return String.format(
          Locale.ROOT,
          "rate=%.0f p50_us=%.1f p99_us=%.1f cpu_us=%.2f",
          count * 1e9 / nanos,
          latencies.getValueAtPercentile(50) / 1e3,
          latencies.getValueAtPercentile(99) / 1e3,
          cpuNanos / 1e3 / Math.max(1, count));
    }
  }

  private final Plan plan;
  private final List<Line> lines = new ArrayList<>();
  private volatile boolean measuring;
  private volatile boolean over;

  private ClientRun(Plan plan) {
    this.plan = plan;
  }

  /**
   * Carries out a plan. It ends in time whatever the server does, and closes all connections.
   *
   * @throws IOException if an exchange fails, or is not done five seconds after the others
   */
  static Result run(EchoClient client, Plan plan) throws IOException, InterruptedException {
    ClientRun run = new ClientRun(plan);
    ExecutorService threads = plan.threads().executor();
    try {
      for (int i = 0; i < plan.connections(); i++) {
        run.lines.add(client.open());
      }
      return run.measure(threads);
    } finally {
      run.over = true;
      for (Line line : run.lines) {
        line.close();
      }
      threads.shutdown();
      threads.awaitTermination(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private Result measure(ExecutorService threads) throws IOException, InterruptedException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    List<Future<Histogram>> callers = new ArrayList<>();
    int each = lines.size() / plan.callers();
    for (int i = 0; i < plan.callers(); i++) {
      List<Line> own = lines.subList(i * each, (i + 1) * each);
      callers.add(threads.submit(() -> call(own)));
    }
    TimeUnit.NANOSECONDS.sleep(plan.warmNanos());
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    measuring = true;
    TimeUnit.NANOSECONDS.sleep(plan.nanos());
    measuring = false;
    long nanos = System.nanoTime() - start;
    long cpuNanos = system.getProcessCpuTime() - cpu;
    over = true;
    return new Result(collect(callers), nanos, cpuNanos);
  }

  private Histogram call(List<Line> own) throws IOException, InterruptedException {
    Histogram latencies = new Histogram(3);
    Exchange exchange = exchange();
    do {
      for (Line line : own) {
        long start = System.nanoTime();
        exchange.on(line);
        if (measuring) {
          latencies.recordValue(System.nanoTime() - start);
        }
      }
    } while (!over);
    return latencies;
  }

  private Exchange exchange() {
    SplittableRandom random = new SplittableRandom();
    byte[] bytes =
        new byte[plan.service() == Service.ECHO ? plan.size() : plan.size() - Message.HEADER];
    random.nextBytes(bytes);
    AtomicLong sequence = new AtomicLong(random.nextLong());
    return plan.service() == Service.ECHO
        ? line -> echo(line, bytes, sequence.getAndIncrement())
        : line -> call(line, bytes, sequence.getAndIncrement());
  }

  private static void echo(Line line, byte[] payload, long sequence)
      throws IOException, InterruptedException {
    ByteBuffer.wrap(payload).putLong(sequence);
    line.echo(payload);
  }

  private static void call(Line line, byte[] body, long sequence)
      throws IOException, InterruptedException {
    Message request = new Message(sequence, (int) sequence, body);
    Message answer = line.call(request);
    if (answer.id() != sequence || answer.method() != ~request.method()) {
      throw new IOException("The answer to another request came back.");
    }
    if (!Arrays.equals(answer.body(), body)) {
      throw EchoClient.wrong(request.length(), answer.length());
    }
  }

  /** One request and its answer. */
  private interface Exchange {
    void on(Line line) throws IOException, InterruptedException;
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
