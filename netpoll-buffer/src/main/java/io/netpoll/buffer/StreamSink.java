package io.netpoll.buffer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A stream as a channel: a write to the channel is one to the stream, from an array. */
final class StreamSink implements WritableByteChannel {
  private static final int CHUNK = 16 << 10;

  private final OutputStream stream;
  private byte[] chunk = {};

  StreamSink(OutputStream stream) {
    this.stream = stream;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (chunk.length == 0) {
      chunk = new byte[CHUNK];
    }
    int n = Math.min(CHUNK, source.remaining());
    source.get(chunk, 0, n);
    stream.write(chunk, 0, n);
    return n;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }

  @Override
  public String toString() {
    return stream.toString();
  }
}
