package io.netpoll.benchmarks.soak;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A server and clients in one process. Every sample is taken while no connection is open, after a
 * collection, so that what rises from one to the next was left behind.
 */
final class Soak {
  private static final int MAX_FRAME = 1 << 20;
  private static final int SAMPLES = 30;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final PollerGroup group;
  private final int clients;
  private final Gate gate = new Gate();
  private final Client.Tally tally = new Client.Tally();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Map<Resource, List<Long>> samples = new EnumMap<>(Resource.class);

  Soak(PollerGroup group, int clients) {
    this.group = group;
    this.clients = clients;
    for (Resource resource : Resource.values()) {
      samples.put(resource, new ArrayList<>());
    }
  }

  /** Runs for a time; throws what a client failed with. */
  void run(Duration time) throws IOException, InterruptedException {
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    try (EventLoop server = EventLoop.builder(Soak::echo).build()) {
      server.start(listener);
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      List<Thread> threads =
          startClients(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      long start = System.nanoTime();
      for (int i = 1; i <= SAMPLES && failure.get() == null; i++) {
        LockSupport.parkNanos(start + time.toNanos() * i / SAMPLES - System.nanoTime());
        gate.quietly(() -> sample(server));
      }
      gate.close();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get().getMessage(), failure.get());
    }
  }

  private static void echo(Connection connection) throws IOException {
    Reader in = connection.reader();
    int size = in.readInt();
    if (size < 0 || size > MAX_FRAME) {
      throw new IOException("a frame of " + size + " bytes");
    }
    ByteBuffer payload = in.next(size);
    connection.writer().writeInt(size);
    connection.writer().writeBinary(payload);
    connection.writer().flush();
  }

  private List<Thread> startClients(InetSocketAddress server) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Thread thread = new Thread(new Client(server, group, gate, tally, i), "soak-client-" + i);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((failed, e) -> failure.compareAndSet(null, e));
      threads.add(thread);
      thread.start();
    }
    return threads;
  }

  private void sample(EventLoop server) {
    long start = System.nanoTime();
    while (server.connections() > 0 || group.connections() > 0) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        failure.compareAndSet(
            null,
            new IllegalStateException(
                server.connections() + " connections are left that nobody has open."));
        return;
      }
      LockSupport.parkNanos(1_000_000);
    }
    System.gc();
    samples.forEach((resource, values) -> values.add(resource.read()));
  }

  /** Those that grew, in words; none if nothing did. The first third of the samples is warm-up. */
  List<String> leaks() {
    List<String> leaks = new ArrayList<>();
    samples.forEach(
        (resource, values) -> {
          Trend trend = trend(values);
          if (trend.exceeds(resource.bound())) {
            leaks.add(resource + " grew by " + text(trend) + ": " + values);
          }
        });
    return leaks;
  }

  private static Trend trend(List<Long> values) {
    return Trend.of(values.subList(values.size() / 3, values.size()));
  }

  private static String text(Trend trend) {
    return String.format(Locale.ROOT, "%+.1f (error %.1f)", trend.growth(), trend.error());
  }

  /** One line of figures. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder("soak: ");
    line.append(group).append(", ").append(tally.connections).append(" connections, ");
    line.append(tally.frames).append(" frames, ").append(tally.killed).append(" killed");
    samples.forEach(
        (resource, values) -> {
          line.append("; ").append(resource.name().toLowerCase(Locale.ROOT)).append(' ');
          line.append(values.get(values.size() - 1)).append(' ').append(text(trend(values)));
        });
    return line.toString();
  }
}
