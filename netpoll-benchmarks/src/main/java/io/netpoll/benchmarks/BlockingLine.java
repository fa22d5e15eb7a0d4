package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/** A connection of the JDK's whose caller sends a frame and waits for as long an answer. */
abstract class BlockingLine implements MessageClient.MessageLine {
  private static final int CAPACITY = 4096;

  private final IntFunction<ByteBuffer> allocate;
  private ByteBuffer out;
  private ByteBuffer in;

  /**
   * Makes one.
   *
   * @param allocate makes buffers of the kind that the connection takes
   */
  BlockingLine(IntFunction<ByteBuffer> allocate) {
    this.allocate = allocate;
    out = allocate.apply(CAPACITY);
    in = allocate.apply(CAPACITY);
  }

  /** Sends all that is left in the buffer. */
  abstract void send(ByteBuffer frame) throws IOException;

  /**
   * Waits for some bytes, and puts them into the buffer.
   *
   * @return how many; -1 at the end
   */
  abstract int receive(ByteBuffer into) throws IOException;

  @Override
  public final void echo(byte[] payload) throws IOException {
    makeRoom(payload.length);
    out.putInt(payload.length).put(payload);
    int length = exchange(payload.length);
    if (length != payload.length || !in.equals(ByteBuffer.wrap(payload))) {
      throw EchoClient.wrong(payload.length, length);
    }
  }

  @Override
  public final Message call(Message request) throws IOException {
    makeRoom(request.length());
    request.write(out);
    return Message.read(in, exchange(request.length()));
  }

  private void makeRoom(int payload) {
    int frame = Integer.BYTES + payload;
    if (frame > out.capacity()) {
      out = allocate.apply(frame);
      in = allocate.apply(frame);
    }
    out.clear();
  }

  /**
   * Sends what was put into {@link #out}, and receives as much; returns the length it begins with.
   */
  private int exchange(int payload) throws IOException {
    out.flip();
    send(out);
    in.clear().limit(Integer.BYTES + payload);
    while (in.hasRemaining()) {
      if (receive(in) < 0) {
        throw new EOFException("The server closed the connection instead of answering.");
      }
    }
    in.flip();
    return in.getInt();
  }
}
