package io.netpoll.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Has many threads call an RPC server through one client, and compares every byte. */
final class RpcRun {

  /**
   * What to do.
   *
   * @param callers how many threads call
   * @param count how many calls each makes
   * @param size length of a payload, in bytes
   * @param timeout longest wait for an answer
   */
  record Plan(int callers, int count, int size, Duration timeout) {}

  private final RpcClient client;
  private final Plan plan;
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
  private final Progress progress;

  private RpcRun(RpcClient client, Plan plan) {
    this.client = client;
    this.plan = plan;
    this.progress = new Progress("calls", (long) plan.callers() * plan.count());
  }

  /**
   * Carries out a plan to its end or its first failure.
   *
   * @return what was measured, in two lines for people
   * @throws Failure if a call fails, an answer is late, or a byte is wrong
   */
  static String run(RpcClient client, Plan plan) throws Failure, InterruptedException {
    return new RpcRun(client, plan).measure();
  }

  private String measure() throws Failure, InterruptedException {
    List<Histogram> latencies = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < plan.callers(); i++) {
      int number = i;
      Histogram latency = new Histogram(3);
      latencies.add(latency);
      callers.add(new Thread(() -> call(number, latency), "rpc-caller-" + number));
    }
    long start = System.nanoTime();
    callers.forEach(Thread::start);
    progress.show();
    try (progress) {
      for (Thread caller : callers) {
        caller.join();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Failure failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    Histogram all = new Histogram(3);
    latencies.forEach(all::add);
    return describe(all, seconds);
  }

  private void call(int caller, Histogram latency) {
    try {
      for (int sequence = 0; sequence < plan.count() && failure.get() == null; sequence++) {
        byte[] request = EchoRun.payload(caller, sequence, plan.size());
        long sent = System.nanoTime();
        byte[] answer = client.call(request, plan.timeout());
        latency.recordValue(System.nanoTime() - sent);
        progress.step();
        int wrong = Arrays.mismatch(request, answer);
        if (wrong >= 0) {
          throw new Failure("Caller " + caller + ": byte " + wrong + " is wrong.", null);
        }
      }
    } catch (Failure e) {
      failure.compareAndSet(null, e);
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, new Failure("Caller " + caller + ": " + e.getMessage(), e));
    }
  }

  private String describe(Histogram latency, double seconds) {
    return String.format(
        Locale.ROOT,
        "called %d times with %d bytes from %d threads in %.2f s: %.0f calls/s, all bytes right%n"
            + "latency in us: p50=%.1f p99=%.1f max=%.1f",
        latency.getTotalCount(),
        plan.size(),
        plan.callers(),
        seconds,
        latency.getTotalCount() / seconds,
        latency.getValueAtPercentile(50) / 1e3,
        latency.getValueAtPercentile(99) / 1e3,
        latency.getMaxValue() / 1e3);
  }
}
