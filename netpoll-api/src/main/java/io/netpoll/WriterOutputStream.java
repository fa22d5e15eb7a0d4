package io.netpoll;

import java.io.IOException;
import java.io.OutputStream;

/** A writer seen as a stream. */
final class WriterOutputStream extends OutputStream {
  private final Writer writer;
  private boolean closed;

  WriterOutputStream(Writer writer) {
    this.writer = writer;
  }

  @Override
  public void write(int value) throws IOException {
    ensureOpen();
    writer.writeByte(value);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    ensureOpen();
    writer.writeBinary(source, offset, length);
  }

  @Override
  public void flush() throws IOException {
    ensureOpen();
    writer.flush();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      writer.flush();
    }
  }

  private void ensureOpen() throws IOException {
    if (closed) {
      throw new IOException("This stream is closed: take another one from its writer.");
    }
  }
}
