package io.netpoll.it;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A program on one carrier: callers on virtual threads send and receive without pause, while the
 * main thread starts other virtual threads, one after the other. Its argument is the callers'
 * backend; it says how many of the others ran.
 */
final class OneCarrier {
  private static final int CALLERS = 16;
  private static final int OTHERS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private OneCarrier() {}

  public static void main(String[] args) throws Exception {
    CountDownLatch calls = new CountDownLatch(100 * CALLERS);
    // Compiled for Java 17, which lacks it.
    ExecutorService threads =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    PollerGroup group = PollerGroup.builder().backend(args[0]).loops(1).build();
    Dialer dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
      for (int i = 0; i < CALLERS; i++) {
        Connection connection = dialer.connectTcp(null, address, PATIENCE);
        SocketChannel peer = listener.accept();
        threads.submit(() -> call(connection, peer, calls));
      }
      calls.await();
      System.out.println("others that ran: " + runOthers(threads));
      System.out.flush();
      Runtime.getRuntime().halt(0); // the callers never end
    }
  }

  private static int runOthers(ExecutorService threads) throws InterruptedException {
    for (int i = 0; i < OTHERS; i++) {
      CountDownLatch ran = new CountDownLatch(1);
      threads.execute(ran::countDown);
      if (!ran.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        return i;
      }
    }
    return OTHERS;
  }

  /** Answers itself before it waits, so that the answers of all that wait are always there. */
  private static Void call(Connection connection, SocketChannel peer, CountDownLatch calls)
      throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(1);
    for (; ; ) {
      connection.writer().writeByte((byte) 1);
      connection.writer().flush();
      peer.read(answer.clear());
      peer.write(answer.flip());
      connection.reader().skip(1);
      connection.reader().release();
      calls.countDown();
    }
  }
}
