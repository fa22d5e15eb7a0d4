package io.netpoll;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/** A reader seen as a channel. */
final class ReaderChannel implements ReadableByteChannel {
  private final Reader reader;
  private volatile boolean closed;

  ReaderChannel(Reader reader) {
    this.reader = reader;
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    int n = reader.readTo(destination);
    reader.release();
    return n;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
