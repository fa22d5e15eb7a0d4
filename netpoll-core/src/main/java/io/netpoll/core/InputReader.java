package io.netpoll.core;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.buffer.LinkedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/**
 * The reading half of a connection as users hold it: reads from the buffer that {@link InputSide}
 * fills, and waits there for what has not come yet. One thread at a time reads.
 */
final class InputReader implements Reader {
  private final EngineConnection connection;
  private final InputSide in;
  private final LinkedBuffer buffer;

  InputReader(EngineConnection connection, InputSide in) {
    this.connection = connection;
    this.in = in;
    this.buffer = in.buffer;
  }

  private void need(int n) throws IOException {
    if (n > buffer.length()) {
      if (in.await(n)) {
        return;
      }
      throw connection.closedException(() -> in.describe(n) + " found " + buffer.length());
    }
  }

  @Override
  public ByteBuffer next(int n) throws IOException {
    need(n);
    return buffer.next(n);
  }

  @Override
  public ByteBuffer peek(int n) throws IOException {
    need(n);
    return buffer.peek(n);
  }

  @Override
  public int peekInt() throws IOException {
    need(Integer.BYTES);
    return buffer.peekInt();
  }

  @Override
  public void skip(int n) throws IOException {
    need(n);
    buffer.skip(n);
  }

  @Override
  public ByteBuffer until(byte delimiter) throws IOException {
    return until(delimiter, Integer.MAX_VALUE);
  }

  @Override
  public ByteBuffer until(byte delimiter, int max) throws IOException {
    if (max < 1) {
      throw new IllegalArgumentException("until needs a maximum of at least 1 byte, not " + max);
    }
    int searched = 0;
    for (; ; ) {
      int here = Math.min(buffer.length(), max);
      int at = buffer.indexOf(delimiter, searched, here - searched);
      if (at >= 0) {
        return buffer.next(at + 1);
      }
      if (here == max) {
        throw new DelimiterNotFoundException(
            "No byte "
                + (delimiter & 0xff)
                + " is among the next "
                + max
                + " bytes from "
                + connection.peer()
                + ".");
      }
      searched = here;
      if (!in.await(here + 1)) {
        int found = here;
        throw connection.closedException(
            () ->
                "The search for byte "
                    + (delimiter & 0xff)
                    + " in "
                    + found
                    + " bytes from "
                    + connection.peer()
                    + " found none");
      }
    }
  }

  @Override
  public String readString(int n, Charset charset) throws IOException {
    need(n);
    return buffer.readString(n, charset);
  }

  @Override
  public byte[] readBinary(int n) throws IOException {
    need(n);
    return buffer.readBinary(n);
  }

  @Override
  public byte readByte() throws IOException {
    need(Byte.BYTES);
    return buffer.readByte();
  }

  @Override
  public short readShort() throws IOException {
    need(Short.BYTES);
    return buffer.readShort();
  }

  @Override
  public int readInt() throws IOException {
    need(Integer.BYTES);
    return buffer.readInt();
  }

  @Override
  public long readLong() throws IOException {
    need(Long.BYTES);
    return buffer.readLong();
  }

  @Override
  public int indexOf(byte value) {
    return buffer.indexOf(value);
  }

  @Override
  public int readTo(ByteBuffer destination) throws IOException {
    if (destination.hasRemaining() && buffer.length() == 0 && !in.await(1)) {
      if (connection.state.has(ConnectionState.CLOSING)
          && !connection.state.has(ConnectionState.BY_PEER)) {
        throw connection.closedException(() -> in.describe(1) + " found none");
      }
      return -1;
    }
    return destination.hasRemaining() ? buffer.readTo(destination) : 0;
  }

  @Override
  public LinkBuffer slice(int n) throws IOException {
    need(n);
    return buffer.slice(n);
  }

  @Override
  public boolean request(int n) {
    if (buffer.request(n)) {
      return true;
    }
    in.demand(n);
    return buffer.request(n);
  }

  @Override
  public void release() {
    buffer.release();
    in.resumeIfPaused();
  }

  @Override
  public int length() {
    return buffer.length();
  }
}
