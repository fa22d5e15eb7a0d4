package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Drives an echo server: on each connection one thread sends a frame, waits for the answer and
 * compares every byte. Each payload is made from its connection's number and its own, so that no
 * two are alike and an answer that reaches the wrong connection is noticed.
 */
final class EchoRun {

  /**
   * What to do.
   *
   * @param connections how many connections
   * @param count how many frames on each
   * @param size length of a payload, in bytes
   * @param timeout longest wait for a connection, and for an answer
   */
  record Plan(int connections, int count, int size, Duration timeout) {}

  private final Plan plan;
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
  private final Progress progress;

  private EchoRun(Plan plan) {
    this.plan = plan;
    this.progress = new Progress("frames", (long) plan.connections() * plan.count());
  }

  /**
   * Runs a plan to its end or its first failure.
   *
   * @param dialer makes the connections
   * @param network as in {@link Dialer#dial}
   * @param address as in {@link Dialer#dial}
   * @param plan what to do
   * @return what was measured
   * @throws Failure if a connection cannot be made or breaks, an answer is late, or a byte is wrong
   * @throws InterruptedException if this thread is interrupted
   */
  static Result run(Dialer dialer, String network, String address, Plan plan)
      throws Failure, InterruptedException {
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < plan.connections(); i++) {
        connections.add(dial(dialer, network, address, plan.timeout()));
      }
      return new EchoRun(plan).drive(connections);
    } finally {
      connections.forEach(Connection::close);
    }
  }

  /** Opens one connection, and says where to if that fails. */
  static Connection dial(Dialer dialer, String network, String address, Duration timeout)
      throws Failure {
    try {
      return dialer.connect(network, address, timeout);
    } catch (IOException | UnsupportedOperationException e) {
      throw new Failure(Sentences.because("Cannot connect to", address, e), e);
    }
  }

  private Result drive(List<Connection> connections) throws Failure, InterruptedException {
    List<Histogram> latencies = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections.size(); i++) {
      int number = i;
      Connection connection = connections.get(i);
      Histogram latency = new Histogram(3);
      latencies.add(latency);
      threads.add(new Thread(() -> drive(connection, number, latency), "echo-client-" + number));
    }
    long start = System.nanoTime();
    threads.forEach(Thread::start);
    progress.show();
    try (progress) {
      for (Thread thread : threads) {
        thread.join();
      }
    }
    long elapsed = System.nanoTime() - start;
    Failure failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    Histogram all = new Histogram(3);
    latencies.forEach(all::add);
    return new Result(plan, all, elapsed);
  }

  private void drive(Connection connection, int number, Histogram latency) {
    try {
      for (int sequence = 0; sequence < plan.count() && failure.get() == null; sequence++) {
        byte[] payload = payload(number, sequence, plan.size());
        long sent = System.nanoTime();
        String wrong = exchange(connection, payload);
        latency.recordValue(System.nanoTime() - sent);
        progress.step();
        if (wrong != null) {
          throw new Failure(
              "Connection " + number + ", frame " + sequence + ": " + wrong + ".", null);
        }
      }
    } catch (Failure e) {
      failure.compareAndSet(null, e);
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(
          null, new Failure("Connection " + number + ": " + Sentences.sentence(e), e));
    }
  }

  /** Echoes one payload and says what is wrong with the answer, or null. */
  static @Nullable String exchange(Connection connection, byte[] payload) throws IOException {
    Writer out = connection.writer();
    out.writeInt(payload.length);
    out.writeBinary(payload);
    out.flush();
    Reader in = connection.reader();
    int length = in.readInt();
    if (length != payload.length) {
      return "the answer has " + Integer.toUnsignedString(length) + " bytes, not " + payload.length;
    }
    int at = in.next(length).mismatch(ByteBuffer.wrap(payload));
    in.release();
    return at < 0 ? null : "byte " + at + " of the answer is wrong";
  }

  /** The payload of a frame. From eight bytes on no two are alike. */
  static byte[] payload(int connection, int sequence, int size) {
    byte[] payload = new byte[size];
    new SplittableRandom((long) connection << 32 | sequence).nextBytes(payload);
    return payload;
  }

  /**
   * What was measured.
   *
   * @param plan what was done
   * @param latency nanoseconds from sending a frame to having compared its answer
   * @param elapsedNanos from the first frame to the last answer
   */
  record Result(Plan plan, Histogram latency, long elapsedNanos) {

    /** Two lines for people. */
    @Override
    public String toString() {
      double seconds = elapsedNanos / 1e9;
      long frames = latency.getTotalCount();
      return String.format(
          Locale.ROOT,
          "echoed %d frames of %d bytes on %s in %.2f s: %.0f frames/s, all bytes right%n"
              + "latency in us: p50=%.1f p90=%.1f p99=%.1f p99.9=%.1f max=%.1f",
          frames,
          plan.size(),
          plan.connections() == 1 ? "1 connection" : plan.connections() + " connections",
          seconds,
          seconds > 0 ? frames / seconds : 0,
          micros(50),
          micros(90),
          micros(99),
          micros(99.9),
          micros(100));
    }

    private double micros(double percentile) {
      return latency.getValueAtPercentile(percentile) / 1e3;
    }
  }
}
