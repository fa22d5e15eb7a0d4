package io.netpoll.it.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

  private static final int NONE = -1;
  private static final Object[] NO_HOARD = {};

  /** A chain: the rest, and a block of memory. */
  private static Object[] hoard = NO_HOARD;

  private ShortOfHeap() {}

  public static void main(String[] arguments) throws Exception {
    try (ServerSocket control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = Exhaustion.serve(arguments).getPort();
      System.out.println(port + " " + control.getLocalPort());
      try (Socket test = control.accept()) {
        obey(test.getInputStream(), test.getOutputStream());
      }
    }
    System.exit(0);
  }

  private static void obey(InputStream commands, OutputStream answers) throws IOException {
    int answer = NONE;
    while (true) {
      try {
        if (answer != NONE) {
          answers.write(answer);
        }
        answer = NONE;
        int command = commands.read();
        if (command < 0) {
          return;
        }
        if (command == FILL) {
          fill();
        } else if (command == EMPTY) {
          hoard = NO_HOARD;
        }
        answer = command;
      } catch (Error | RuntimeException full) { // of whatever in the JDK
        dropOne();
      }
    }
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

  private static void dropOne() {
    if (hoard.length > 0) {
      hoard = (Object[]) hoard[0];
    }
  }
}
