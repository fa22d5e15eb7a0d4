package io.netpoll.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * The frames of one connection of the load, used by its one thread. Those to be sent are gathered
 * and leave with {@link #flush}, or a half of them with {@link #flushHalf}; what the socket does
 * not take waits for it to be writable. The selector's keys have it attached.
 */
final class FrameChannel implements AutoCloseable {
  private static final int BUFFER = 16 << 10;

  /** Told of every frame that has come. */
  interface Frames {

    /** Passes a payload of so many bytes, all of which are there. */
    void received(ByteBuffer in, int length) throws IOException;
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Frames frames;
  private final ByteBuffer in;
  private ByteBuffer out = ByteBuffer.allocateDirect(0);
  private int released; // how many bytes of out may leave

  /**
   * Takes a channel that is connected, in blocking mode.
   *
   * @param longest bytes of the longest payload that may come
   */
  FrameChannel(SocketChannel channel, Selector selector, int longest, Frames frames)
      throws IOException {
    this.channel = channel;
    this.frames = frames;
    in = ByteBuffer.allocateDirect(Math.max(BUFFER, Integer.BYTES + longest));
    channel.configureBlocking(false);
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Where the next frame is written, with room for so many bytes. */
  ByteBuffer space(int bytes) {
    if (out.remaining() < bytes) {
      int size = Math.max(Math.max(BUFFER, out.capacity() * 2), out.position() + bytes);
      out = ByteBuffer.allocateDirect(size).put(out.flip());
    }
    return out;
  }

  /** Sends all frames. */
  void flush() throws IOException {
    released = out.position();
    send();
  }

  /** Sends the first half of a frame, where no other one waits; {@link #flush} sends the rest. */
  void flushHalf() throws IOException {
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
        throw new IOException("A frame of " + length + " bytes is longer than any that is due.");
      }
      if (in.remaining() - Integer.BYTES < length) {
        break;
      }
      in.getInt();
      frames.received(in, length);
    }
    in.compact();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
