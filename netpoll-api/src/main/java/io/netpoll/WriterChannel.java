package io.netpoll;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** A writer seen as a channel. */
final class WriterChannel implements WritableByteChannel {
  private final Writer writer;
  private volatile boolean closed;

  WriterChannel(Writer writer) {
    this.writer = writer;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    int n = source.remaining();
    writer.writeBinary(source);
    writer.flush();
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
