package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a connection of the JDK's peers has received and is to send: one buffer for each direction,
 * both of which grow to the longest frame. One thread at a time uses it.
 */
final class FrameBuffers {
  private static final int SIZE = 16 << 10;

  private final Work work;
  private ByteBuffer in = ByteBuffer.allocate(SIZE).limit(0);
  private ByteBuffer out = ByteBuffer.allocate(SIZE);

  FrameBuffers(Work work) {
    this.work = work;
  }

  /** Whether a frame is there as a whole. */
  boolean hasFrame() throws IOException {
    if (in.remaining() < Integer.BYTES) {
      return false;
    }
    int length = FrameLengths.checked(in.getInt(in.position()));
    return in.remaining() - Integer.BYTES >= length;
  }

  /** Answers one frame; false if none is there, or what is unsent leaves no room for its answer. */
  boolean answerOne() throws IOException, InterruptedException {
    if (!hasFrame() || !makeRoom(wholeFrame())) {
      return false;
    }
    int length = in.getInt();
    work.service().answer(in, length, out, work);
    return true;
  }

  /** Decodes one message, whose frame is there as a whole. */
  Message message() throws IOException {
    return Message.read(in, in.getInt());
  }

  private boolean makeRoom(int bytes) {
    if (out.remaining() < bytes) {
      if (out.position() > 0) {
        return false;
      }
      out = ByteBuffer.allocate(bytes);
    }
    return true;
  }

  /** The answers, to be written out; {@link #sent} follows. */
  ByteBuffer answers() {
    return out.flip();
  }

  /** All of {@link #answers} was written. */
  void sent() {
    out.clear();
  }

  /** Where to read into; {@link #received} follows. There is room for the frame that has begun. */
  ByteBuffer space() {
    int needed = in.remaining() < Integer.BYTES ? Integer.BYTES : wholeFrame();
    if (in.capacity() < needed) {
      in = ByteBuffer.allocate(needed).put(in);
    } else {
      in.compact();
    }
    return in;
  }

  /** Bytes were read into {@link #space}. */
  void received() {
    in.flip();
  }

  private int wholeFrame() {
    return Integer.BYTES + in.getInt(in.position());
  }
}
