package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.load.ProcessTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jnr.constants.platform.Signal;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * A server that is stopped as a process but in its slices, with a load of its own whose connections
 * stay open. One thread uses it.
 *
 * <p>Before the server is stopped the load drains; when it goes on, the server goes first, requests
 * are due anew, and the first {@link #SETTLE} do not count.
 */
final class SlicedServer implements AutoCloseable {
  private static final Duration SETTLE = Duration.ofMillis(20);
  private static final POSIX SYSTEM = POSIXFactory.getNativePOSIX();

  private final Entrant entrant;
  private final ServerProcess process;
  private final LoadRun load;

  private SlicedServer(Entrant entrant, ServerProcess process, LoadRun load) {
    this.entrant = entrant;
    this.process = process;
    this.load = load;
  }

  /** Starts one, and stops it as soon as its connections are open. */
  static SlicedServer start(Entrant entrant, List<String> service, LoadPlan plan)
      throws IOException {
    ServerProcess process = new ServerProcess(entrant.java(), entrant.server(), service);
    try {
      SlicedServer server =
          new SlicedServer(entrant, process, new LoadRun(process.address(), plan));
      server.signal(Signal.SIGSTOP);
      return server;
    } catch (Throwable e) {
      process.close();
      throw e;
    }
  }

  Entrant entrant() {
    return entrant;
  }

  /** Lets it go on for a while under its load, which is measured. */
  Slice slice(int generation, int round, Duration duration) throws IOException {
    signal(Signal.SIGCONT);
    try {
      Disturbance before = Disturbance.now();
      long begun = System.nanoTime();
      long used = used();
      LoadResult result = load.slice(SETTLE, duration, process.pid());
      long nanos = System.nanoTime() - begun;
      boolean disturbed = before.until(Disturbance.now(), nanos, used() - used);
      return new Slice(
          generation,
          round,
          result.rate(),
          result.serverMicros() * 1e3,
          result.latencies().getValueAtPercentile(50),
          result.latencies().getValueAtPercentile(99),
          disturbed || result.latencies().getTotalCount() == 0);
    } finally {
      signal(Signal.SIGSTOP);
    }
  }

  private long used() {
    return ProcessTime.own() + ProcessTime.nanos(process.pid());
  }

  private void signal(Signal signal) throws IOException {
    if (SYSTEM.kill(process.pid(), signal.intValue()) != 0) {
      throw new IOException(entrant + " has ended.");
    }
  }

  @Override
  public void close() throws IOException {
    SYSTEM.kill(process.pid(), Signal.SIGCONT.intValue()); // or it would not end by itself
    try {
      load.close();
    } finally {
      process.close();
    }
  }
}
