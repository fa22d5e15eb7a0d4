package io.netpoll.buffer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A stream as a channel: a read of the channel is one of the stream, into an array. */
final class StreamSource implements ReadableByteChannel {
  private static final int CHUNK = 16 << 10;

  private final InputStream stream;
  private byte[] chunk = {};

  StreamSource(InputStream stream) {
    this.stream = stream;
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    if (destination.hasArray()) {
      int at = destination.position();
      int got =
          stream.read(destination.array(), destination.arrayOffset() + at, destination.remaining());
      destination.position(at + Math.max(0, got));
      return got;
    }
    if (chunk.length == 0) {
      chunk = new byte[CHUNK];
    }
    int got = stream.read(chunk, 0, Math.min(CHUNK, destination.remaining()));
    if (got > 0) {
      destination.put(chunk, 0, got);
    }
    return got;
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
