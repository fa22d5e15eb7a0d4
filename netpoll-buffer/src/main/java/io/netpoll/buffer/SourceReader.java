package io.netpoll.buffer;

import io.netpoll.spi.Spans;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Supplier;

/** A reader of what a blocking channel gives. One thread at a time. */
final class SourceReader extends InputReader {
  private static final int READ_SIZE = 16 << 10;

  private final ReadableByteChannel source;
  private final Spans space = new Spans(1);

  SourceReader(ReadableByteChannel source) {
    this.source = source;
  }

  @Override
  protected boolean await(int n) throws IOException {
    int missing = n - buffer().length();
    while (missing > 0) {
      int got = fill(Math.max(missing, READ_SIZE));
      if (got < 0) {
        return false;
      }
      missing -= got;
    }
    return true;
  }

  private int fill(int sizeHint) throws IOException {
    LinkedBuffer buffer = makeBuffer();
    buffer.reserve(sizeHint, space);
    int got = 0;
    try {
      got = read(space.buffer(0));
    } finally {
      buffer.commit(Math.max(0, got));
      space.clear();
    }
    return got;
  }

  private int read(ByteBuffer destination) throws IOException {
    int room = destination.remaining();
    int got = source.read(destination);
    if (got == 0) {
      throw new IOException(
          "A read of up to "
              + room
              + " bytes from "
              + origin()
              + " gave none: put it into blocking mode.");
    }
    return got;
  }

  @Override
  protected IOException ended(Supplier<String> what) {
    return new EOFException(what.get() + ": it has ended.");
  }

  @Override
  protected String origin() {
    return source.toString();
  }

  @Override
  public int readTo(ByteBuffer destination) throws IOException {
    if (!destination.hasRemaining()) {
      return 0;
    }
    if (buffer().length() == 0) {
      if (destination.remaining() >= READ_SIZE) {
        return read(destination);
      }
      if (!await(1)) {
        return -1;
      }
    }
    return buffer().readTo(destination);
  }

  @Override
  public boolean request(int n) {
    return buffer().request(n);
  }

  @Override
  public void release() {
    buffer().release();
  }
}
