package io.netpoll.it.reliability;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Run with so large stacks in so small an address space that a few threads fill it. Prints one line
 * for each thing that was seen.
 */
final class ShortOfThreads {
  private ShortOfThreads() {}

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress server = Exhaustion.serve(arguments);
    Socket early = Exhaustion.connect(server);
    Socket halting = Exhaustion.connect(server);
    for (int i = 0; i < 10; i++) { // so that threads wait for work
      Exhaustion.exchange(early);
      Exhaustion.exchange(halting);
    }

    CountDownLatch release = new CountDownLatch(1);
    List<Thread> hoard = hoard(release);
    System.out.println("no thread can be started");
    halting.getOutputStream().write(new byte[] {0, 0}); // its handler waits for the rest
    Exhaustion.send(early);
    try (Socket late = Exhaustion.connect(server)) {
      Exhaustion.send(late);
      release.countDown();
      for (Thread thread : hoard) {
        thread.join();
      }
      System.out.println("answered once there are threads: " + Exhaustion.answers(early));
      System.out.println("accepted meanwhile and answered: " + Exhaustion.answers(late));
    }
    halting.getOutputStream().write(new byte[] {0, 0});
    System.out.println("the one that waited: " + halting.getInputStream().readNBytes(4).length);
    System.exit(0);
  }

  private static List<Thread> hoard(CountDownLatch release) {
    List<Thread> hoard = new ArrayList<>();
    while (true) {
      Thread thread = new Thread(() -> awaitQuietly(release), "hoard");
      thread.setDaemon(true);
      try {
        thread.start();
      } catch (OutOfMemoryError none) {
        return hoard;
      }
      hoard.add(thread);
    }
  }

  private static void awaitQuietly(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
