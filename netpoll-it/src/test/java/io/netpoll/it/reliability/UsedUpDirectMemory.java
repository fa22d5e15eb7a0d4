package io.netpoll.it.reliability;

import io.netpoll.it.Frames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Run with a low limit of the virtual machine, which others have used up; it collects garbage and
 * sleeps for half a second before it refuses. Prints one line for each thing that was seen.
 */
final class UsedUpDirectMemory {
  private static final int LARGE = 200_000;

  /** Whether a thread has been seen to wait for memory while it read from a socket. */
  private static volatile boolean leaderWaited;

  private static volatile boolean over;

  private UsedUpDirectMemory() {}

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress server = Exhaustion.serve(arguments);
    Socket collected = Exhaustion.connect(server);
    Socket refused = Exhaustion.connect(server);
    Exhaustion.exchange(collected);
    Exhaustion.exchange(refused);
    Thread watch = new Thread(UsedUpDirectMemory::watch);
    watch.start();

    List<ByteBuffer> used = new ArrayList<>();
    useUp(used);
    used.clear(); // garbage, which the virtual machine collects when it has nothing else
    Frames.exchangeOnce(collected, Frames.payload(1, LARGE));
    System.out.println("memory that could be collected was waited for");

    useUp(used);
    System.out.println("without memory it is closed: " + isClosed(refused));

    over = true;
    watch.join();
    System.out.println("a leader waited for memory: " + leaderWaited);
    System.out.println("others hold " + (used.isEmpty() ? "none" : "it"));
    System.exit(0);
  }

  private static void useUp(List<ByteBuffer> used) {
    for (int size = 1 << 20; size >= 1 << 18; ) {
      try {
        used.add(ByteBuffer.allocateDirect(size));
      } catch (OutOfMemoryError e) {
        size /= 2;
      }
    }
  }

  /** Sends a frame that does not end; whether the server resets the connection. */
  private static boolean isClosed(Socket socket) throws IOException {
    byte[] frame = ByteBuffer.allocate(LARGE).putInt(1 << 30).array();
    try {
      for (int i = 0; i < 1000; i++) {
        socket.getOutputStream().write(frame);
      }
      return false;
    } catch (SocketException closed) {
      return true;
    }
  }

  /** Looks at all threads, again and again. */
  private static void watch() {
    while (!over) {
      for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
        leaderWaited |= has(each, "ConnectionInput", "space") && has(each, "Bits", "reserveMemory");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static boolean has(
      Map.Entry<Thread, StackTraceElement[]> thread, String simpleName, String method) {
    return Arrays.stream(thread.getValue())
        .anyMatch(
            frame ->
                frame.getClassName().endsWith("." + simpleName)
                    && frame.getMethodName().equals(method));
  }
}
