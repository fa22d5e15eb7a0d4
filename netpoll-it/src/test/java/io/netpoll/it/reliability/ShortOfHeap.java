package io.netpoll.it.reliability;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Run with a small heap. Prints the ports of an echo server and of a control socket; a byte on the
 * latter is a command, and is answered by itself.
 */
final class ShortOfHeap {
  static final int EMPTY = 0;
  static final int FILL = 1;

  /** Does nothing, so that what answering needs is loaded. */
  static final int NOTHING = 2;

  /** A chain: the rest, and a block of memory. */
  private static Object[] hoard = {};

  private ShortOfHeap() {}

  public static void main(String[] arguments) throws Exception {
    try (ServerSocket control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = Exhaustion.serve(arguments).getPort();
      System.out.println(port + " " + control.getLocalPort());
      try (Socket test = control.accept()) {
        for (int command; (command = receive(test)) >= 0; ) {
          if (command == FILL) {
            fill();
          } else if (command == EMPTY) {
            hoard = new Object[] {};
          }
          send(test, command);
        }
      }
    }
    System.exit(0);
  }

  /** Leaves less than a kilobyte. */
  private static void fill() {
    for (int size = 1 << 24; size >= 512; size >>= 1) {
      try {
        while (true) {
          hoard = new Object[] {hoard, new byte[size]};
        }
      } catch (OutOfMemoryError full) {
        // The next smaller size may fit.
      }
    }
  }

  private static int receive(Socket test) throws IOException {
    while (true) {
      try {
        return test.getInputStream().read();
      } catch (OutOfMemoryError full) {
        dropOne();
      }
    }
  }

  private static void send(Socket test, int command) throws IOException {
    while (true) {
      try {
        test.getOutputStream().write(command);
        return;
      } catch (OutOfMemoryError full) {
        dropOne();
      }
    }
  }

  private static void dropOne() {
    if (hoard.length > 0) {
      hoard = (Object[]) hoard[0];
    }
  }
}
