package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Main;
import io.netpoll.benchmarks.load.ProcessTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client that is stopped as a process but in its slices, in which its callers call. Between them
 * its connections stay open with nothing under way.
 */
final class RunningClient implements Runner, AutoCloseable {
  private static final Duration SETTLE = Duration.ofMillis(30); // all callers start in that time
  private static final Pattern RESULT =
      Pattern.compile(
          "^rate=(\\S+) p50_us=(\\S+) p99_us=(\\S+) p99\\.9_us=(\\S+) cpu_us=(\\S+) load_cpu=(\\S+)");

  private final Entrant entrant;
  private final ServerProcess server;
  private final ChildProcess process;

  /** Starts one, warms it up, and stops it. */
  RunningClient(Entrant entrant, ServerProcess server, Duration warmUp) throws IOException {
    this.entrant = entrant;
    this.server = server;
    List<String> words = new ArrayList<>(entrant.java());
    words.add(Main.class.getName());
    words.addAll(entrant.words());
    words.addAll(List.of("--port", Integer.toString(server.address().getPort())));
    words.addAll(List.of("--server-pid", Long.toString(server.pid()), "--slices"));
    process = new ChildProcess(entrant.name(), words);
    try {
      slice(Duration.ZERO, warmUp);
      process.stop();
    } catch (Throwable e) {
      process.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return entrant.name();
  }

  private Matcher slice(Duration settle, Duration duration) throws IOException {
    process.say(
        String.format(Locale.ROOT, "%.3f %.3f", settle.toNanos() / 1e9, duration.toNanos() / 1e9));
    return process.await(RESULT);
  }

  @Override
  public Slice measure(int generation, int round, Duration duration) throws IOException {
    process.goOn();
    try {
      Disturbance before = Disturbance.now();
      long begun = System.nanoTime();
      long used = used();
      Matcher result = slice(SETTLE, duration);
      long nanos = System.nanoTime() - begun;
      boolean disturbed = before.until(Disturbance.now(), nanos, used() - used);
      if (Double.parseDouble(result.group(1)) == 0) {
        throw new IOException("it got no answer in a slice");
      }
      return new Slice(generation, round, disturbed, false, values(result));
    } finally {
      process.stop();
    }
  }

  private static Map<Metric, Double> values(Matcher result) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.RATE, Double.valueOf(result.group(1)));
    values.put(Metric.P50, Double.valueOf(result.group(2)));
    values.put(Metric.P99, Double.valueOf(result.group(3)));
    values.put(Metric.P999, Double.valueOf(result.group(4)));
    values.put(Metric.CPU, Double.valueOf(result.group(5)));
    values.put(Metric.CAPACITY, 1e6 / Double.parseDouble(result.group(5)));
    values.put(Metric.LOAD, 100 * Double.parseDouble(result.group(6)));
    return values;
  }

  private long used() {
    return ProcessTime.own()
        + ProcessTime.nanos(server.pid())
        + ProcessTime.nanos(process.process().pid());
  }

  @Override
  public void close() {
    process.close();
  }
}
