package io.netpoll.benchmarks.rpc;

import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How a frame is answered. The answer has as many bytes as the request, and is encoded anew. Each
 * method reads one payload, whose length was read already and all of whose bytes are there, and
 * writes the frame of the answer; between the two the work is done. An {@link IOException} means
 * that the payload is none: the connection is to be closed.
 */
public enum Service {
  /** The payload comes back unchanged. */
  ECHO("echo") {
    @Override
    public void answer(Reader in, int length, Writer out, Work work)
        throws IOException, InterruptedException {
      ByteBuffer payload = in.next(length);
      work.run();
      out.writeInt(length);
      out.writeBinary(payload);
    }

    @Override
    public void answer(ByteBuf in, int length, ByteBuf out, Work work)
        throws IOException, InterruptedException {
      work.run();
      out.writeInt(length).writeBytes(in, length);
    }

    @Override
    public void answer(ByteBuffer in, int length, ByteBuffer out, Work work)
        throws IOException, InterruptedException {
      work.run();
      out.putInt(length);
      out.put(out.position(), in, in.position(), length);
      out.position(out.position() + length);
      in.position(in.position() + length);
    }
  },

  /** The payload is decoded into a {@link Message}, whose answer is encoded. */
  RPC("rpc") {
    @Override
    public void answer(Reader in, int length, Writer out, Work work)
        throws IOException, InterruptedException {
      Message request = Message.read(in, length);
      work.runFor(request);
      request.answer().write(out);
    }

    @Override
    public void answer(ByteBuf in, int length, ByteBuf out, Work work)
        throws IOException, InterruptedException {
      Message request = Message.read(in, length);
      work.runFor(request);
      request.answer().write(out);
    }

    @Override
    public void answer(ByteBuffer in, int length, ByteBuffer out, Work work)
        throws IOException, InterruptedException {
      Message request = Message.read(in, length);
      work.runFor(request);
      request.answer().write(out);
    }
  };

  private final String word;

  Service(String word) {
    this.word = word;
  }

  /** Answers with Netpoll. */
  public abstract void answer(Reader in, int length, Writer out, Work work)
      throws IOException, InterruptedException;

  /** Answers with Netty; {@code out} has room or grows. */
  public abstract void answer(ByteBuf in, int length, ByteBuf out, Work work)
      throws IOException, InterruptedException;

  /** Answers with the JDK; {@code out} has room. */
  public abstract void answer(ByteBuffer in, int length, ByteBuffer out, Work work)
      throws IOException, InterruptedException;

  @Override
  public String toString() {
    return word;
  }
}
