package io.netpoll.buffer;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.function.Supplier;

/**
 * A reader over an input chain: reads from it what is there, and waits for what is not.
 *
 * <p>A subclass knows how to wait. It is called by the reading thread.
 */
public abstract class InputReader implements Reader {
  /** The input chain. */
  protected final LinkedBuffer buffer = new LinkedBuffer();

  /** For subclasses. */
  protected InputReader() {}

  /**
   * Waits until {@code n} bytes are readable.
   *
   * @param n more than were readable a moment ago
   * @return false if the input ended before
   * @throws IOException if waiting ended without the bytes, or reading failed
   */
  protected abstract boolean await(int n) throws IOException;

  /**
   * Makes the exception for a call that the end of the input leaves undone.
   *
   * @param what what was asked for, and how much of it was there: a sentence without its end
   * @return the exception to throw
   */
  protected abstract IOException ended(Supplier<String> what);

  /**
   * Tells where the bytes come from, for messages.
   *
   * @return a noun
   */
  protected abstract String origin();

  /**
   * Describes a read for messages.
   *
   * @param n its number of bytes
   * @return the beginning of a sentence
   */
  protected final String describe(int n) {
    return "A read of " + n + (n == 1 ? " byte from " : " bytes from ") + origin();
  }

  private void need(int n) throws IOException {
    if (n > buffer.length() && !await(n)) {
      throw ended(() -> describe(n) + " found " + buffer.length());
    }
  }

  @Override
  public final ByteBuffer next(int n) throws IOException {
    need(n);
    return buffer.next(n);
  }

  @Override
  public final ByteBuffer peek(int n) throws IOException {
    need(n);
    return buffer.peek(n);
  }

  @Override
  public final int peekInt() throws IOException {
    need(Integer.BYTES);
    return buffer.peekInt();
  }

  @Override
  public final void skip(int n) throws IOException {
    need(n);
    buffer.skip(n);
  }

  @Override
  public final ByteBuffer until(byte delimiter) throws IOException {
    return until(delimiter, Integer.MAX_VALUE);
  }

  @Override
  public final ByteBuffer until(byte delimiter, int max) throws IOException {
    if (max < 1) {
      throw new IllegalArgumentException("until needs a maximum of at least 1 byte, not " + max);
    }
    int searched = 0;
    while (true) {
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
                + origin()
                + ".");
      }
      searched = here;
      if (!await(here + 1)) {
        int found = here;
        throw ended(
            () ->
                "The search for byte "
                    + (delimiter & 0xff)
                    + " in "
                    + found
                    + " bytes from "
                    + origin()
                    + " found none");
      }
    }
  }

  @Override
  public final String readString(int n, Charset charset) throws IOException {
    need(n);
    return buffer.readString(n, charset);
  }

  @Override
  public final byte[] readBinary(int n) throws IOException {
    need(n);
    return buffer.readBinary(n);
  }

  @Override
  public final byte readByte() throws IOException {
    need(Byte.BYTES);
    return buffer.readByte();
  }

  @Override
  public final short readShort() throws IOException {
    need(Short.BYTES);
    return buffer.readShort();
  }

  @Override
  public final int readInt() throws IOException {
    need(Integer.BYTES);
    return buffer.readInt();
  }

  @Override
  public final long readLong() throws IOException {
    need(Long.BYTES);
    return buffer.readLong();
  }

  @Override
  public final int indexOf(byte value, int from) {
    return buffer.indexOf(value, from);
  }

  @Override
  public final int indexOf(byte[] sequence, int from) {
    return buffer.indexOf(sequence, from);
  }

  @Override
  public final LinkBuffer slice(int n) throws IOException {
    need(n);
    return buffer.slice(n);
  }

  @Override
  public final int length() {
    return buffer.length();
  }
}
