package io.netpoll.testkit.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One connection that a proxy passes on: two sockets, and a {@link Relay} for each direction, whose
 * two threads call this.
 */
final class Passage {
  private final Socket client;
  private final Socket server;
  private final Consumer<Passage> whenOver;
  private final AtomicInteger running = new AtomicInteger(2);

  /** Open once the connection was reset, so that no relay waits on. */
  private final CountDownLatch reset = new CountDownLatch(1);

  private volatile boolean ending;
  private volatile Thread[] threads = {};

  Passage(Socket client, Socket server, Consumer<Passage> whenOver) throws IOException {
    this.client = client;
    this.server = server;
    this.whenOver = whenOver;
    client.setTcpNoDelay(true); // each write at once
    server.setTcpNoDelay(true);
  }

  void start(FaultPlan plan, String name) {
    threads =
        new Thread[] {
          daemon(new Relay(this, client, server, plan.toServer()), name + "-to-server"),
          daemon(new Relay(this, server, client, plan.toClient()), name + "-to-client")
        };
    for (Thread thread : threads) {
      thread.start();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Waits, unless the connection is reset before. */
  void pause(long nanos) {
    try {
      reset.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the proxy's threads", e);
    }
  }

  /** Sends the end to both sides; what they send is to be dropped from now on. */
  void end() {
    ending = true;
    shutDownOutput(client);
    shutDownOutput(server);
  }

  /** Whether both sides were sent the end. */
  boolean isEnding() {
    return ending;
  }

  private static void shutDownOutput(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException gone) {
      // It was reset: there is nobody to tell.
    }
  }

  /** Resets both sides. */
  void reset() {
    reset(client);
    reset(server);
    reset.countDown(); // last, so that a relay that it wakes passes nothing on
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException gone) {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("A socket of the proxy cannot be closed.", e);
    }
  }

  /** A relay has come to its end; with the second one the sockets close in order. */
  void ended() {
    if (running.decrementAndGet() == 0) {
      close(client);
      close(server);
      whenOver.accept(this);
    }
  }

  /** Resets both sides and waits for the threads. */
  void close() {
    reset();
    for (Thread thread : threads) {
      join(thread);
    }
  }

  /** Waits for a thread's end, whatever interrupts that. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
