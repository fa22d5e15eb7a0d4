package io.netpoll.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Asks for the same file again and again on a few connections, by a byte each time, and reads it,
 * all from the calling thread. The file is a block of bytes that repeats itself.
 */
public final class FileRun implements AutoCloseable {
  private static final int BUFFER = 256 << 10;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long GLANCE_MILLIS = 10;

  private final Selector selector;
  private final List<Line> lines = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final long size;
  private final ByteBuffer block;
  private final boolean compares;
  private long bytes;

  /**
   * What was measured.
   *
   * @param bytes how many came
   * @param nanos in what time
   * @param serverNanos processor time that the server took, 0 if it was not known
   * @param ownNanos processor time that this process took
   */
  public record Result(long bytes, long nanos, long serverNanos, long ownNanos) {
    public double bytesPerSecond() {
      return bytes * 1e9 / nanos;
    }

    /** Processor time of the server for so many bytes, in microseconds. */
    public double serverMicrosFor(long some) {
      return serverNanos / 1e3 * some / Math.max(1, bytes);
    }

    /** How much of a processor this process took, 1 for all. */
    public double ownShare() {
      return (double) ownNanos / nanos;
    }
  }

  /** A connection, and how much of its file has come. */
  private static final class Line {
    final SocketChannel channel;
    long received;

    Line(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * Opens the connections, and asks for the file on each.
   *
   * @param size bytes of the file, a multiple of those of the block
   * @param compares whether all bytes are compared, which costs time
   */
  public FileRun(
      InetSocketAddress server, int connections, long size, byte[] block, boolean compares)
      throws IOException {
    this.size = size;
    this.block = ByteBuffer.allocateDirect(block.length).put(block).clear();
    this.compares = compares;
    selector = Selector.open();
    try {
      for (int i = 0; i < connections; i++) {
        lines.add(open(server));
      }
      for (Line line : lines) {
        ask(line);
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private Line open(InetSocketAddress server) throws IOException {
    Line line = new Line(Dialling.dial(server));
    line.channel.configureBlocking(false);
    line.channel.register(selector, SelectionKey.OP_READ, line);
    return line;
  }

  /**
   * Reads files, and measures after a while.
   *
   * @param pid the process whose processor time is measured; 0 for none
   * @throws IOException if a byte is wrong, a connection ends, or nothing comes for 10 s
   */
  public Result run(Duration warm, Duration measured, long pid) throws IOException {
    readFor(warm.toNanos());
    long before = bytes;
    long server = ProcessTime.nanos(pid);
    long own = ProcessTime.own();
    long start = System.nanoTime();
    readFor(measured.toNanos());
    long nanos = System.nanoTime() - start;
    return new Result(
        bytes - before, nanos, ProcessTime.nanos(pid) - server, ProcessTime.own() - own);
  }

  private static void ask(Line line) throws IOException {
    if (line.channel.write(ByteBuffer.allocate(1)) != 1) {
      throw new IOException("A request of one byte could not be sent.");
    }
  }

  private void readFor(long nanos) throws IOException {
    long start = System.nanoTime();
    long last = start;
    for (long now = start; now - start < nanos; now = System.nanoTime()) {
      Set<SelectionKey> ready = selector.selectedKeys();
      if (selector.select(GLANCE_MILLIS) > 0) {
        last = now;
      } else if (now - last > SILENCE_NANOS) {
        throw new IOException("Nothing came for 10 s: look at the server.");
      }
      for (SelectionKey key : ready) {
        read((Line) key.attachment());
      }
      ready.clear();
    }
  }

  private void read(Line line) throws IOException {
    buffer.clear();
    int count = line.channel.read(buffer);
    if (count < 0) {
      throw new EOFException("The server closed a connection.");
    }
    if (compares) {
      compare(line.received, buffer.flip());
    }
    bytes += count;
    line.received += count;
    if (line.received > size) {
      throw new IOException("More than the " + size + " bytes of the file came.");
    }
    if (line.received == size) {
      line.received = 0;
      ask(line);
    }
  }

  private void compare(long position, ByteBuffer some) throws IOException {
    int from = (int) (position % block.capacity());
    while (some.hasRemaining()) {
      int length = Math.min(some.remaining(), block.capacity() - from);
      if (!some.slice(some.position(), length).equals(block.slice(from, length))) {
        throw new IOException("Bytes came that are not those of the file.");
      }
      some.position(some.position() + length);
      from = 0;
    }
  }

  /** Closes all connections. */
  @Override
  public void close() throws IOException {
    for (Line line : lines) {
      line.channel.close();
    }
    selector.close();
  }
}
