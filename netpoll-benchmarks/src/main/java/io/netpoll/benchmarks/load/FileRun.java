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
import org.HdrHistogram.Histogram;

/**
 * Asks for the same file again and again on a few connections, by a byte each time, and reads it,
 * all from the calling thread. The file is a block of bytes that repeats itself. The bytes of the
 * first slice are compared with it, which costs time; those of the others are counted.
 */
public final class FileRun implements Load {
  private static final int BUFFER = 256 << 10;

  private final Selector selector;
  private final List<Line> lines = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final long size;
  private final ByteBuffer block;
  private final Histogram latencies = new Histogram(3);
  private boolean compares = true;
  private boolean measuring;
  private boolean finishing;
  private long lastBytes;
  private long bytes;

  /** A connection, and how much of its file has come. */
  private static final class Line {
    final SocketChannel channel;
    long received;
    long asked;
    boolean waits;

    Line(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * Opens the connections.
   *
   * @param size bytes of the file, a multiple of those of the block
   */
  public FileRun(InetSocketAddress server, int connections, long size, byte[] block)
      throws IOException {
    this.size = size;
    this.block = ByteBuffer.allocateDirect(block.length).put(block).clear();
    selector = Selector.open();
    try {
      for (int i = 0; i < connections; i++) {
        lines.add(open(server));
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

  /** Counts files; their latency is from the request to the last byte. */
  @Override
  public LoadResult slice(Duration settle, Duration duration, long pid) throws IOException {
    latencies.reset();
    finishing = false;
    lastBytes = System.nanoTime();
    for (Line line : lines) {
      ask(line);
    }
    readFor(settle.toNanos());
    Window window = new Window(pid, false);
    bytes = 0;
    measuring = true;
    readFor(duration.toNanos());
    measuring = false;
    LoadResult result = window.end(latencies, (double) bytes / size, bytes, 0, 0);
    finishing = true;
    while (lines.stream().anyMatch(line -> line.waits)) {
      readSome();
    }
    compares = false;
    return result;
  }

  private static void ask(Line line) throws IOException {
    if (line.channel.write(ByteBuffer.allocate(1)) != 1) {
      throw new IOException("A request of one byte could not be sent.");
    }
    line.asked = System.nanoTime();
    line.waits = true;
  }

  private void readFor(long nanos) throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      readSome();
    }
  }

  private void readSome() throws IOException {
    Set<SelectionKey> ready = selector.selectedKeys();
    long now = System.nanoTime();
    if (selector.select(LoadRun.GLANCE_MILLIS) > 0) {
      lastBytes = now;
    } else if (now - lastBytes > LoadRun.SILENCE_NANOS) {
      throw new IOException("Nothing came for 10 s: look at the server.");
    }
    for (SelectionKey key : ready) {
      read((Line) key.attachment());
    }
    ready.clear();
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
    line.received += count;
    bytes += count;
    if (line.received > size || !line.waits) {
      throw new IOException("More than the " + size + " bytes of the file came.");
    }
    if (line.received == size) {
      line.received = 0;
      line.waits = false;
      if (measuring) {
        latencies.recordValue(System.nanoTime() - line.asked);
      }
      if (!finishing) {
        ask(line);
      }
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

  @Override
  public void close() throws IOException {
    for (Line line : lines) {
      line.channel.close();
    }
    selector.close();
  }
}
