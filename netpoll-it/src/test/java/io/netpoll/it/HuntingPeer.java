package io.netpoll.it;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A client of an echo server that sends each frame in random pieces, with random pauses between
 * them, and checks every byte that comes back. It never blocks: {@link HuntingPeers} drives it.
 */
final class HuntingPeer implements AutoCloseable {
  private static final int UNANSWERED = 3;

  private final int number;
  private final Random random;
  private final Sizes sizes;
  private final SocketChannel channel;
  private final ByteBuffer out;
  private final ByteBuffer in;

  /** Where the piece of {@code out} that is being sent ends. */
  private int pieceEnd;

  private long pauseUntil;
  private int sent;
  private int answered;
  private long lastProgress = System.nanoTime();

  /** How long the payloads of the frames are. */
  enum Sizes {
    /** Up to 200 bytes, and one in 64 up to 20 000. */
    MOSTLY_SMALL(20_000) {
      @Override
      int next(Random random) {
        return random.nextInt(64) == 0 ? random.nextInt(largest) : random.nextInt(200);
      }
    },

    /** From 1 byte to 100 KB, each order of magnitude as often as the others. */
    SMALL_AND_LARGE(100_000) {
      @Override
      int next(Random random) {
        return Math.min(largest, 1 + random.nextInt(2 << random.nextInt(17)));
      }
    };

    final int largest;

    Sizes(int largest) {
      this.largest = largest;
    }

    abstract int next(Random random);
  }

  HuntingPeer(int number, long seed, Sizes sizes, SocketAddress server) throws IOException {
    this.number = number;
    this.random = new Random(seed + number);
    this.sizes = sizes;
    this.out = ByteBuffer.allocateDirect(Integer.BYTES + sizes.largest);
    this.in = ByteBuffer.allocateDirect(Math.max(1 << 16, Integer.BYTES + sizes.largest));
    this.channel = SocketChannel.open(server);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // each piece at once
    channel.configureBlocking(false);
    out.limit(0);
  }

  SocketChannel channel() {
    return channel;
  }

  int answered() {
    return answered;
  }

  /** Whether a frame is being sent, or not answered yet. */
  boolean isBusy() {
    return out.hasRemaining() || sent > answered;
  }

  /** How long an answer has been due. */
  long overdueNanos() {
    return sent > answered ? System.nanoTime() - lastProgress : 0;
  }

  /** Sends what is due. */
  void send(boolean more) throws IOException {
    if (!out.hasRemaining()) {
      if (!more || sent - answered >= UNANSWERED) {
        return;
      }
      nextFrame();
    } else if (out.position() == pieceEnd) {
      if (System.nanoTime() - pauseUntil < 0) {
        return;
      }
      nextPiece();
    }
    int end = out.limit();
    out.limit(pieceEnd);
    channel.write(out);
    out.limit(end);
    if (!out.hasRemaining()) {
      if (sent == answered) {
        lastProgress = System.nanoTime();
      }
      sent++;
    } else if (out.position() == pieceEnd) {
      pause();
    }
  }

  private void nextFrame() {
    int length = sizes.next(random);
    out.clear().putInt(length);
    for (int i = 0; i < length; i++) {
      out.put(expected(sent, i));
    }
    out.flip();
    nextPiece();
  }

  private void nextPiece() {
    int left = out.remaining();
    pieceEnd = random.nextBoolean() ? out.limit() : out.position() + 1 + random.nextInt(left);
  }

  private void pause() {
    boolean longer = random.nextInt(64) == 0;
    pauseUntil =
        System.nanoTime() + random.nextInt((int) TimeUnit.MICROSECONDS.toNanos(longer ? 3000 : 30));
  }

  /** Reads and checks what has come. */
  void receive() throws IOException {
    if (channel.read(in) < 0) {
      throw new EOFException(this + ": the server closed the connection.");
    }
    in.flip();
    while (in.remaining() >= Integer.BYTES
        && in.remaining() - Integer.BYTES >= in.getInt(in.position())) {
      check(in.getInt());
      answered++;
      lastProgress = System.nanoTime();
    }
    in.compact();
  }

  private void check(int length) {
    for (int i = 0; i < length; i++) {
      byte found = in.get();
      if (found != expected(answered, i)) {
        throw new AssertionError(this + ": byte " + i + " of " + length + " is " + found + ".");
      }
    }
  }

  private byte expected(int sequence, int index) {
    return (byte) (number * 31 + sequence * 7 + index);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return "connection "
        + number
        + " ("
        + sent
        + " frames sent, "
        + answered
        + " answered, "
        + out.remaining()
        + " bytes of the next left)";
  }
}
