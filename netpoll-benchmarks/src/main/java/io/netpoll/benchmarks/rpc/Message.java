package io.netpoll.benchmarks.rpc;

import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A request or an answer: the payload of a frame is 8 bytes of id, 4 bytes of method, and the body.
 * Every library decodes it into this object, with a body of its own, and encodes it from one; so no
 * answer can be bytes of its request that were left where they are.
 *
 * @param id the caller's, the same in the answer
 * @param method what to do: no work, where it has {@link #LIGHT}; its complement in the answer
 * @param body any bytes, which nobody changes
 */
@SuppressWarnings("ArrayRecordComponent")
public record Message(long id, int method, byte[] body) {
  /** Bytes of a payload before the body. */
  public static final int HEADER = Long.BYTES + Integer.BYTES;

  /** A bit of the methods that do no work. */
  public static final int LIGHT = 1;

  /** The method by which a connection subscribes to what is published. */
  public static final int SUBSCRIBE = 2;

  /** The answer to this request: a new message with the same body. */
  public Message answer() {
    return new Message(id, ~method, body);
  }

  /** Whether a request that does no work. */
  public boolean isLight() {
    return (method & LIGHT) != 0;
  }

  /** Whether it subscribes, where it is the first message of its connection. */
  public boolean isSubscription() {
    return method == SUBSCRIBE;
  }

  /** Bytes of the payload. */
  public int length() {
    return HEADER + body.length;
  }

  /**
   * Decodes a payload that is there as a whole, or waits for it.
   *
   * @throws IOException if it is too short for a message, or the connection fails
   */
  public static Message read(Reader in, int length) throws IOException {
    int body = bodyOf(length);
    return new Message(in.readLong(), in.readInt(), in.readBinary(body));
  }

  /** Encodes the frame of this message. */
  public void write(Writer out) {
    out.writeInt(length());
    out.writeLong(id);
    out.writeInt(method);
    out.writeBinary(body);
  }

  /**
   * Decodes a payload that is there as a whole.
   *
   * @throws IOException if it is too short for a message
   */
  public static Message read(ByteBuf in, int length) throws IOException {
    byte[] body = new byte[bodyOf(length)];
    long id = in.readLong();
    int method = in.readInt();
    in.readBytes(body);
    return new Message(id, method, body);
  }

  /** Encodes the frame of this message. */
  public void write(ByteBuf out) {
    out.writeInt(length()).writeLong(id).writeInt(method).writeBytes(body);
  }

  /**
   * Decodes a payload that is there as a whole.
   *
   * @throws IOException if it is too short for a message
   */
  public static Message read(ByteBuffer in, int length) throws IOException {
    byte[] body = new byte[bodyOf(length)];
    long id = in.getLong();
    int method = in.getInt();
    in.get(body);
    return new Message(id, method, body);
  }

  /** Encodes the frame of this message into a new buffer, on the heap. */
  public ByteBuffer toFrame() {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + length());
    write(frame);
    return frame.flip();
  }

  /** Encodes the frame of this message into a buffer with room for it. */
  public void write(ByteBuffer out) {
    out.putInt(length()).putLong(id).putInt(method).put(body);
  }

  private static int bodyOf(int length) throws IOException {
    if (length < HEADER) {
      throw new IOException(
          "A message of " + length + " bytes is too short: it needs at least " + HEADER + ".");
    }
    return length - HEADER;
  }
}
