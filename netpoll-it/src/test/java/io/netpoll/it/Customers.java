package io.netpoll.it;

import io.netpoll.testkit.Eventually;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Threads that connect to a {@link RestartedServer}, ask, read the answer and close, again and
 * again, and note who answered and what failed. Closing it ends them.
 */
final class Customers implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int PATIENCE_MILLIS = 30_000;

  private final InetSocketAddress address;
  private final Map<Long, Integer> answers = new ConcurrentHashMap<>();
  private final Queue<IOException> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean leaving;

  Customers(int port) {
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(this::buy, "customer");
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  private void buy() {
    while (!leaving) {
      try (Socket socket = new Socket()) {
        socket.connect(address, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write('?');
        answers.merge(new DataInputStream(socket.getInputStream()).readLong(), 1, Integer::sum);
      } catch (IOException e) {
        failures.add(e);
      }
    }
  }

  /** Waits until a process has answered some more times. */
  void awaitAnswersOf(long pid) {
    int before = answers.getOrDefault(pid, 0);
    Eventually.holds(
        "process " + pid + " answers",
        Duration.ofSeconds(30),
        () -> answers.getOrDefault(pid, 0) >= before + 100);
  }

  /** What failed, so far. */
  List<IOException> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    leaving = true;
    threads.forEach(Crew::await);
  }
}
