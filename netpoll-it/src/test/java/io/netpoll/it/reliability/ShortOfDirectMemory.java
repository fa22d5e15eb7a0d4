package io.netpoll.it.reliability;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.buffer.PagePool;
import io.netpoll.spi.Page;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Run with a low limit on direct memory. Prints one line for each thing that was seen. */
final class ShortOfDirectMemory {
  private ShortOfDirectMemory() {}

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress server = Exhaustion.serve(arguments);
    Socket idle = Exhaustion.connect(server);
    Socket small = Exhaustion.connect(server);
    Socket large = Exhaustion.connect(server);
    Exhaustion.exchange(idle);
    Exhaustion.exchange(small);
    Exhaustion.exchange(large);

    List<Page> hoard = new ArrayList<>();
    String refusal = hoard(hoard);
    System.out.println(refusal.contains("The JVM") ? "refused by the JVM" : "refused by the pool");
    System.out.println("names the limit: " + refusal.contains("the limit is "));
    System.out.println("names that of the JVM: " + refusal.contains("limit: " + (8 << 20)));
    Exhaustion.send(small);
    Exhaustion.answers(small); // if its thread has pages left; it fails if neither happens
    System.out.println("a small request is answered or closed");
    push(large);
    System.out.println("a large one is closed");

    hoard.forEach(PagePool.shared()::give);
    Eventually.passes(
        Duration.ofSeconds(20),
        () -> {
          try (Socket late = Exhaustion.connect(server)) {
            Exhaustion.exchange(late);
          }
        });
    System.out.println("later ones are served");
    Exhaustion.exchange(idle);
    System.out.println("who was idle meanwhile goes on");
    System.exit(0);
  }

  /** Sends a frame that never ends until the server has closed. */
  private static void push(Socket socket) throws IOException {
    byte[] frame = ByteBuffer.allocate(Exhaustion.SIZE).putInt(1 << 30).array();
    try {
      while (true) {
        socket.getOutputStream().write(frame);
      }
    } catch (SocketException closed) {
      // That is what it waited for.
    }
  }

  /** Takes pages until there are none, of any size; returns why not, by the JVM if it has a say. */
  private static String hoard(List<Page> hoard) {
    String refusal = "";
    for (int size = 1 << 20; size >= 512; size >>= 1) {
      try {
        while (true) {
          hoard.add(PagePool.shared().take(size));
        }
      } catch (OutOfDirectMemoryException e) {
        refusal = e.getMessage().contains("The JVM") ? e.getMessage() : refusal;
        refusal = refusal.isEmpty() ? e.getMessage() : refusal;
      }
    }
    return refusal;
  }
}
