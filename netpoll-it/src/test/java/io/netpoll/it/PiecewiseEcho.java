package io.netpoll.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that sends back every byte, in random pieces with random pauses between them. A thread
 * of its own serves each connection, with nothing of the library.
 */
final class PiecewiseEcho implements AutoCloseable {
  private final long seed;
  private final ServerSocket listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Thread acceptor = new Thread(this::accept, "piecewise-echo-acceptor");

  PiecewiseEcho(long seed) throws IOException {
    this.seed = seed;
    acceptor.setDaemon(true);
    acceptor.start();
  }

  SocketAddress address() {
    return listener.getLocalSocketAddress();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Random random = new Random(seed + sockets.size());
        Thread thread = new Thread(() -> serve(socket, random), "piecewise-echo");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
    } catch (IOException closed) {
      // The listener was closed: this thread's work is done.
    }
  }

  private static void serve(Socket socket, Random random) {
    byte[] bytes = new byte[1 << 14];
    try (socket) {
      socket.setTcpNoDelay(true); // each piece at once
      int count;
      while ((count = socket.getInputStream().read(bytes)) >= 0) {
        int sent = 0;
        while (sent < count) {
          int left = count - sent;
          int piece = random.nextBoolean() ? left : 1 + random.nextInt(left);
          socket.getOutputStream().write(bytes, sent, piece);
          sent += piece;
          pause(random);
        }
      }
    } catch (IOException closed) {
      // The client is gone, or the test ends: it looks at what its callers got.
    }
  }

  /** Lets others run for a random while, mostly not at all. */
  static void pause(Random random) {
    if (random.nextInt(4) == 0) {
      boolean longer = random.nextInt(64) == 0;
      LockSupport.parkNanos(
          random.nextInt((int) TimeUnit.MICROSECONDS.toNanos(longer ? 3000 : 60)));
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    Crew.await(acceptor); // from here on there are no new sockets
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.forEach(Crew::await);
  }
}
