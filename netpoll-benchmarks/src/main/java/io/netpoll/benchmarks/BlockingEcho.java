package io.netpoll.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The echo service on one blocking channel, with a buffer for each direction. The calling thread
 * owns it.
 */
final class BlockingEcho {
  private static final int BUFFER = 16 << 10;

  private final SocketChannel channel;
  private final Sending sending;
  private final Work work;
  private ByteBuffer in = ByteBuffer.allocate(BUFFER).limit(0);
  private ByteBuffer out = ByteBuffer.allocate(BUFFER);

  BlockingEcho(SocketChannel channel, Sending sending, Work work) {
    this.channel = channel;
    this.sending = sending;
    this.work = work;
  }

  /** Answers every frame until the client ends the connection. */
  void run() throws IOException, InterruptedException {
    do {
      while (frameIsComplete()) {
        answer();
      }
      send();
    } while (receive());
  }

  private boolean frameIsComplete() throws IOException {
    if (in.remaining() < Integer.BYTES) {
      return false;
    }
    int length = FrameLengths.checked(in.getInt(in.position()));
    return in.remaining() - Integer.BYTES >= length;
  }

  private void answer() throws IOException, InterruptedException {
    int length = in.getInt();
    work.run();
    if (out.remaining() - Integer.BYTES < length) {
      send();
      if (out.remaining() - Integer.BYTES < length) {
        out = ByteBuffer.allocate(Integer.BYTES + length);
      }
    }
    out.putInt(length);
    out.put(out.position(), in, in.position(), length);
    out.position(out.position() + length);
    in.position(in.position() + length);
    if (sending == Sending.FRAME) {
      send();
    }
  }

  private void send() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  /** Waits for bytes; false at the end of the input. */
  private boolean receive() throws IOException {
    int needed = in.remaining() < Integer.BYTES ? Integer.BYTES : wholeFrame();
    if (in.capacity() < needed) {
      in = ByteBuffer.allocate(needed).put(in);
    } else {
      in.compact();
    }
    int count = channel.read(in);
    in.flip();
    return count >= 0;
  }

  private int wholeFrame() {
    return Integer.BYTES + in.getInt(in.position());
  }
}
