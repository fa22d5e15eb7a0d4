package io.netpoll.benchmarks.soak;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/**
 * A client on a thread of its own: one session after the other, each on a connection of its own, of
 * this library or of the JDK, with frames of all sizes, ended in order, by a reset, or in the
 * middle of a frame.
 */
final class Client implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_FRAMES = 30;
  private static final byte[] CONTENT = new byte[1 << 18];

  static {
    new Random(1).nextBytes(CONTENT);
  }

  private final InetSocketAddress server;
  private final Dialer dialer;
  private final Gate gate;
  private final Tally tally;
  private final Random random;

  /** What all clients have done. */
  static final class Tally {
    final LongAdder connections = new LongAdder();
    final LongAdder frames = new LongAdder();
    final LongAdder killed = new LongAdder();
  }

  Client(InetSocketAddress server, PollerGroup group, Gate gate, Tally tally, long seed) {
    this.server = server;
    this.dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
    this.gate = gate;
    this.tally = tally;
    this.random = new Random(seed);
  }

  /** Works until the gate is closed; a wrong byte, or an answer that does not come, ends it. */
  @Override
  public void run() {
    try {
      while (gate.pass(random.nextBoolean() ? this::ours : this::plain)) {
        tally.connections.increment();
      }
    } catch (Exception e) {
      throw new IllegalStateException("A session failed: " + e, e);
    }
  }

  private void ours() throws IOException {
    try (Connection connection = dialer.connectTcp(null, server, PATIENCE)) {
      for (int i = random.nextInt(MOST_FRAMES); i >= 0; i--) {
        int size = size();
        connection.writer().writeInt(size);
        connection.writer().writeBinary(CONTENT, 0, size);
        connection.writer().flush();
        check(connection.reader().readInt(), size);
        check(connection.reader().next(size), size);
        connection.reader().release();
        tally.frames.increment();
      }
      if (isKilled()) {
        connection.writer().writeInt(100);
        connection.writer().flush();
        connection.abort();
      }
    }
  }

  private void plain() throws IOException {
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (int i = random.nextInt(MOST_FRAMES); i >= 0; i--) {
        int size = size();
        byte[] frame = ByteBuffer.allocate(4 + size).putInt(size).put(CONTENT, 0, size).array();
        socket.getOutputStream().write(frame);
        check(in.readInt(), size);
        check(ByteBuffer.wrap(in.readNBytes(size)), size);
        tally.frames.increment();
      }
      if (isKilled()) {
        socket.getOutputStream().write(new byte[] {0, 0, 1});
        socket.setSoLinger(random.nextBoolean(), 0);
      }
    }
  }

  private boolean isKilled() {
    boolean killed = random.nextInt(4) == 0;
    if (killed) {
      tally.killed.increment();
    }
    return killed;
  }

  private int size() {
    return random.nextInt(1 << random.nextInt(19));
  }

  private static void check(int length, int expected) {
    if (length != expected) {
      throw new IllegalStateException("An answer of " + length + " bytes to " + expected + ".");
    }
  }

  private static void check(ByteBuffer answer, int size) {
    if (!answer.equals(ByteBuffer.wrap(CONTENT, 0, size))) {
      throw new IllegalStateException(
          "An answer of " + size + " bytes differs from what was sent.");
    }
  }
}
