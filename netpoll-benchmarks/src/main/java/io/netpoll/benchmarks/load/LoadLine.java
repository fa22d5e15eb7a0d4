package io.netpoll.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One connection of the load, used by its one thread. Requests are gathered in {@link #out} and
 * leave with {@link #flush}, or a half of them with {@link #flushHalf}; what the socket does not
 * take waits for it to be writable.
 */
final class LoadLine implements AutoCloseable {
  private static final int BUFFER = 16 << 10;
  private static final int NUMBER_BITS = 40;

  /** Told of every answer. */
  interface Answers {
    void answered(LoadLine line, long due, int length) throws IOException;
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Requests requests;
  private final Answers answers;
  private final Outstanding outstanding = new Outstanding();
  private final long prefix;
  private long next;
  private boolean dirty;
  private ByteBuffer in;
  private ByteBuffer out;
  private int released; // how many bytes of out may leave

  /** Connects, and waits for that. */
  LoadLine(
      InetSocketAddress server,
      Selector selector,
      Requests requests,
      int number,
      int largest,
      Answers answers)
      throws IOException {
    this.requests = requests;
    this.answers = answers;
    prefix = (long) number << NUMBER_BITS;
    in = ByteBuffer.allocateDirect(Math.max(BUFFER, Integer.BYTES + largest));
    out = ByteBuffer.allocateDirect(Math.max(BUFFER, Integer.BYTES + largest));
    channel = Dialling.dial(server);
    channel.configureBlocking(false);
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Encodes a request that is or was due at a time; true if none was waiting for the flush. */
  boolean request(long due) {
    long number = next++;
    long id = prefix | number;
    outstanding.add(number, due);
    makeRoom(Integer.BYTES + requests.length(id));
    requests.write(id, out);
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  private void makeRoom(int bytes) {
    if (out.remaining() < bytes) {
      int size = Math.max(out.capacity() * 2, out.position() + bytes);
      out = ByteBuffer.allocateDirect(size).put(out.flip());
    }
  }

  /** Sends all requests. */
  void flush() throws IOException {
    dirty = false;
    released = out.position();
    send();
  }

  /** Sends the first half of a request, where no other one waits; {@link #flush} sends the rest. */
  void flushHalf() throws IOException {
    dirty = false;
    released = out.position() / 2;
    send();
  }

  /** Sends of what may leave what the socket takes. */
  private void send() throws IOException {
    if (released == 0) {
      return;
    }
    int held = out.position() - released;
    out.flip().limit(released);
    released -= channel.write(out);
    out.limit(out.limit() + held).compact();
    boolean waits = (key.interestOps() & SelectionKey.OP_WRITE) != 0;
    if (waits != released > 0) {
      key.interestOps(SelectionKey.OP_READ | (released > 0 ? SelectionKey.OP_WRITE : 0));
    }
  }

  /** Does what the selector said that can be done. */
  void ready() throws IOException {
    if (key.isWritable()) {
      send();
    }
    if (key.isReadable()) {
      receive();
    }
  }

  private void receive() throws IOException {
    if (channel.read(in) < 0) {
      throw new EOFException("The server closed a connection.");
    }
    in.flip();
    while (in.remaining() >= Integer.BYTES) {
      int length = in.getInt(in.position());
      if (length > in.capacity() - Integer.BYTES) {
        throw new IOException("An answer of " + length + " bytes is longer than any request.");
      }
      if (in.remaining() - Integer.BYTES < length) {
        break;
      }
      in.getInt();
      long id = requests.check(in, length);
      if (id - prefix >= next || id < prefix) {
        throw new IOException("An answer came on the connection of another request.");
      }
      answers.answered(this, outstanding.remove(id - prefix), length);
    }
    in.compact();
  }

  /** Whether a request that was due before a time has no answer. */
  boolean waitsSince(long time) {
    return outstanding.anyBefore(time);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
