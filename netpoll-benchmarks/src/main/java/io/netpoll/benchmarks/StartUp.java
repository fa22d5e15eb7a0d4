package io.netpoll.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Measures one start of a server. */
public final class StartUp {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] PAYLOAD = "first".getBytes(StandardCharsets.US_ASCII);

  // Below the ports that systems give to clients: a client that dials its own port reaches itself.
  private static final int LOWEST_PORT = 20_000;
  private static final int HIGHEST_PORT = 30_000;

  /** A server's process ended before it answered. */
  public static final class EndedException extends IOException {
    private static final long serialVersionUID = 1L;

    EndedException(String said) {
      super(said);
    }
  }

  private StartUp() {}

  /**
   * Launches a server, asks it for one echo as soon as it accepts, and kills it.
   *
   * @param launcher a java command with its options
   * @return nanoseconds from the launch to the answer
   * @throws EndedException if it ended by itself; the message is the reason that it gave
   */
  public static long measure(List<String> launcher, StartUpServer server)
      throws IOException, InterruptedException {
    int port = freePort();
    List<String> words = new ArrayList<>(launcher);
    words.addAll(server.arguments(port));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    long start = System.nanoTime();
    Process process = builder.start();
    Guard guard = new Guard(process, PATIENCE);
    try (SocketChannel client = connect(process, port, start)) {
      echo(client);
      return System.nanoTime() - start;
    } finally {
      guard.release();
      process.destroyForcibly().waitFor();
    }
  }

  /**
   * Dials until a process accepts, in a tight loop, because a pause between attempts would be a
   * part of the result.
   *
   * @param start from when on it has 30 s, by {@link System#nanoTime}
   * @throws EndedException if the process ended
   */
  public static SocketChannel connect(Process process, int port, long start) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    while (true) {
      SocketChannel client = SocketChannel.open();
      try {
        client.connect(address);
        return client;
      } catch (IOException refused) {
        client.close();
        if (!process.isAlive()) {
          throw new EndedException(reason(process));
        }
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw refused;
        }
      }
    }
  }

  private static void echo(SocketChannel client) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + PAYLOAD.length);
    frame.putInt(PAYLOAD.length).put(PAYLOAD).flip();
    ByteBuffer answer = ByteBuffer.allocate(frame.remaining());
    ByteBuffer request = frame.duplicate();
    while (request.hasRemaining()) {
      client.write(request);
    }
    while (answer.hasRemaining()) {
      if (client.read(answer) < 0) {
        throw new IOException("The server closed the connection instead of answering.");
      }
    }
    if (!answer.flip().equals(frame)) {
      throw new IOException("The answer differs from the request.");
    }
  }

  /** The exception that ended a process, or else the last line that it wrote. */
  private static String reason(Process process) throws IOException {
    try (InputStream said = process.getInputStream()) {
      String[] lines = new String(said.readAllBytes(), StandardCharsets.UTF_8).split("\\R");
      for (String line : lines) {
        if (line.startsWith("Exception in thread")) {
          return line.replaceFirst("^Exception in thread \"[^\"]*\" (\\S+: )?", "");
        }
      }
      return lines[lines.length - 1];
    }
  }

  /** A port that nobody listens on, and that systems do not give to clients. */
  public static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException taken) {
        // Try another.
      }
    }
  }
}
