package io.netpoll;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A reader seen as a stream. It releases the reader whenever nothing is left to read, and now and
 * then before, so that neither a long stream nor an idle one holds memory that was read.
 */
final class ReaderInputStream extends InputStream {
  private static final int MOST_UNRELEASED = 16 << 10;

  private final Reader reader;
  private int unreleased;
  private boolean closed;

  ReaderInputStream(Reader reader) {
    this.reader = reader;
  }

  @Override
  public int read() throws IOException {
    ensureOpen();
    if (reader.length() == 0) {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
    int value = reader.readUnsignedByte();
    consumed(1);
    return value;
  }

  @Override
  public int read(byte[] destination, int offset, int length) throws IOException {
    ensureOpen();
    int n = reader.readTo(ByteBuffer.wrap(destination, offset, length));
    consumed(n);
    return n;
  }

  /** Skips what is buffered only, so it never waits. */
  @Override
  public long skip(long n) throws IOException {
    ensureOpen();
    int buffered = (int) Math.max(0, Math.min(n, reader.length()));
    reader.skip(buffered);
    consumed(buffered);
    return buffered;
  }

  @Override
  public int available() throws IOException {
    ensureOpen();
    return reader.length();
  }

  @Override
  public void close() {
    closed = true;
    reader.release();
  }

  private void consumed(int n) {
    unreleased += n;
    if (unreleased >= MOST_UNRELEASED || reader.length() == 0) {
      unreleased = 0;
      reader.release();
    }
  }

  private void ensureOpen() throws IOException {
    if (closed) {
      throw new IOException("This stream is closed: take another one from its reader.");
    }
  }
}
