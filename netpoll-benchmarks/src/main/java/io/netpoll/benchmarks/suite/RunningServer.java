package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.Load;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.load.ProcessTime;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server that is stopped as a process but in its slices. Before it is stopped its load drains;
 * when it goes on, it goes first, requests are due anew, and what comes before all connections had
 * an answer does not count.
 */
final class RunningServer implements Runner, AutoCloseable {
  private static final int MOST_WARM_UPS = 4;

  // Of a processor.
  private static final double MOST_COMPILING = 0.1;
  private static final double MOST_COMPILING_WHEN_WARM = 0.04;

  private final Entrant entrant;
  private final ServerProcess process;
  private @Nullable Workload workload;
  private @Nullable Load load;
  private Duration settle = Duration.ZERO;
  private Compilers compilers;

  /** Starts one, and stops it. */
  RunningServer(Entrant entrant, List<String> service) throws IOException {
    this.entrant = entrant;
    process = new ServerProcess(entrant, service);
    compilers = Compilers.of(process.pid());
    process.stop();
  }

  @Override
  public String name() {
    return entrant.name();
  }

  /**
   * Begins a row: warms up under its load, until the compilers hardly work any more.
   *
   * @param warmUp how long at least; four times as long at most
   * @return requests a second as fast as the answers come
   */
  double begin(ServerRow row, Duration warmUp) throws IOException {
    Workload next = row.workload();
    workload = next;
    settle = next.settle(row.row().burnMicros());
    process.goOn();
    Load opened = open(next);
    try {
      double rate = 0;
      double compiling = 1;
      for (int i = 0; i < MOST_WARM_UPS && compiling > MOST_COMPILING_WHEN_WARM; i++) {
        compilers = Compilers.of(process.pid());
        long before = compilers.nanos();
        LoadResult result = opened.slice(settle, warmUp, 0);
        compiling = (double) (compilers.nanos() - before) / warmUp.plus(settle).toNanos();
        rate = result.rate();
      }
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
        return measure(generation, round, kept, duration);
      }
      try (Load fresh = open(Objects.requireNonNull(workload))) {
        return measure(generation, round, fresh, duration);
      }
    } finally {
      process.stop();
    }
  }

  private Slice measure(int generation, int round, Load some, Duration duration)
      throws IOException {
    Disturbance before = Disturbance.now();
    long begun = System.nanoTime();
    long used = used();
    long compiled = compilers.nanos();
    long[] ticks = ProcessTime.ticks(process.pid());
    LoadResult result = some.slice(settle, duration, process.pid());
    long nanos = System.nanoTime() - begun;
    boolean disturbed = before.until(Disturbance.now(), nanos, used() - used);
    double compiling = (double) (compilers.nanos() - compiled) / nanos;
    long[] ticksAfter = ProcessTime.ticks(process.pid());
    if (result.answers() == 0) {
      throw new IOException("it gave no answer in a slice");
    }
    Map<Metric, Double> values = values(result);
    values.put(Metric.COMPILING, 100 * compiling);
    values.put(Metric.USER_TICKS, (double) ticksAfter[0] - ticks[0]);
    values.put(Metric.SYSTEM_TICKS, (double) ticksAfter[1] - ticks[1]);
    return new Slice(generation, round, disturbed, compiling > MOST_COMPILING, values);
  }

  private static Map<Metric, Double> values(LoadResult result) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.RATE, result.rate());
    values.put(Metric.CPU, result.serverMicros());
    values.put(Metric.CAPACITY, 1e6 / result.serverMicros());
    if (result.latencies().getTotalCount() > 0) {
      values.put(Metric.P50, result.micros(50));
      values.put(Metric.P99, result.micros(99));
      values.put(Metric.P999, result.micros(99.9));
    }
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
  void end() {
    Load kept = load;
    load = null;
    workload = null;
    if (kept != null) {
      close(kept);
    }
  }

  private static void close(Load some) {
    try {
      some.close();
    } catch (IOException e) {
      throw new UncheckedIOException("A connection could not be closed.", e);
    }
  }

  @Override
  public void close() {
    try {
      end();
    } finally {
      process.close();
    }
  }
}
