package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.Load;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.load.ProcessTime;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server that is stopped as a process but in its slices. Before it is stopped its load drains;
 * when it goes on, it goes first, requests are due anew, and what comes in the first {@link
 * #SETTLE} does not count.
 */
final class RunningServer implements Runner, AutoCloseable {
  private static final Duration SETTLE = Duration.ofMillis(20);
  private static final Duration SETTLE_OF_A_TURN = Duration.ofMillis(100);

  private final Entrant entrant;
  private final ServerProcess process;
  private @Nullable Workload workload;
  private @Nullable Load load;

  /** Starts one, and stops it. */
  RunningServer(Entrant entrant, List<String> service) throws IOException {
    this.entrant = entrant;
    process = new ServerProcess(entrant, service);
    process.stop();
  }

  @Override
  public String name() {
    return entrant.name();
  }

  /**
   * Begins a row: warms up under its load.
   *
   * @return requests a second as fast as the answers come
   */
  double begin(Workload next, Duration warmUp) throws IOException {
    workload = next;
    process.goOn();
    Load opened = open(next);
    try {
      double rate = opened.slice(Duration.ZERO, warmUp, 0).rate();
      if (next.isSliced()) {
        load = opened;
      }
      return rate;
    } finally {
      if (load == null) {
        opened.close();
      }
      process.stop();
    }
  }

  /** Sets the rate of a workload that has a share. */
  void at(double requestsPerSecond) {
    workload = Objects.requireNonNull(workload).at(requestsPerSecond);
  }

  private Load open(Workload some) throws IOException {
    return some.open(process.address(), entrant.isForeign() ? Service.ECHO : Service.RPC);
  }

  @Override
  public Slice measure(int generation, int round, Duration duration) throws IOException {
    process.goOn();
    try {
      Load kept = load;
      if (kept != null) {
        return measure(generation, round, kept, SETTLE, duration);
      }
      try (Load fresh = open(Objects.requireNonNull(workload))) {
        return measure(generation, round, fresh, SETTLE_OF_A_TURN, duration);
      }
    } finally {
      process.stop();
    }
  }

  private Slice measure(int generation, int round, Load some, Duration settle, Duration duration)
      throws IOException {
    Disturbance before = Disturbance.now();
    long begun = System.nanoTime();
    long used = used();
    long[] ticks = ProcessTime.ticks(process.pid());
    LoadResult result = some.slice(settle, duration, process.pid());
    long nanos = System.nanoTime() - begun;
    boolean disturbed = before.until(Disturbance.now(), nanos, used() - used);
    long[] ticksAfter = ProcessTime.ticks(process.pid());
    if (result.latencies().getTotalCount() == 0) {
      return new Slice(generation, round, disturbed, Map.of());
    }
    Map<Metric, Double> values = values(result);
    values.put(Metric.USER_TICKS, (double) ticksAfter[0] - ticks[0]);
    values.put(Metric.SYSTEM_TICKS, (double) ticksAfter[1] - ticks[1]);
    return new Slice(generation, round, disturbed, values);
  }

  private static Map<Metric, Double> values(LoadResult result) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.RATE, result.rate());
    values.put(Metric.CPU, result.serverMicros());
    values.put(Metric.CAPACITY, 1e6 / result.serverMicros());
    values.put(Metric.P50, result.micros(50));
    values.put(Metric.P99, result.micros(99));
    values.put(Metric.P999, result.micros(99.9));
    if (result.beside() > 0) {
      values.put(Metric.BESIDE, result.besideRate());
    }
    if (result.ownNanos() > 0) {
      values.put(Metric.LOAD, 100 * result.ownShare());
    }
    return values;
  }

  private long used() {
    return ProcessTime.own() + ProcessTime.nanos(process.pid());
  }

  /** Ends a row. */
  void end() throws IOException {
    Load kept = load;
    load = null;
    workload = null;
    if (kept != null) {
      kept.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      end();
    } finally {
      process.close();
    }
  }
}
