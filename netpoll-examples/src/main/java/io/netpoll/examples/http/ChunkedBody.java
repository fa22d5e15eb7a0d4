package io.netpoll.examples.http;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A body in chunks: each has its size in hexadecimal before it, and a last one of size 0 ends them.
 * Extensions and trailers are passed over.
 */
final class ChunkedBody implements Body {
  private static final int LONGEST_SIZE_LINE = 256;
  private static final int MOST_DIGITS = 15;
  private static final int LARGEST_TRAILERS = 4 * 1024;

  private final Reader in;
  private final LineReader lines;
  private long left; // of the chunk
  private boolean begun;
  private boolean ended;

  ChunkedBody(Reader in, LineReader lines) {
    this.in = in;
    this.lines = lines;
  }

  @Override
  public long length() {
    return UNKNOWN;
  }

  @Override
  public @Nullable LinkBuffer next(int max) throws IOException, HttpException {
    if (!ended && left == 0) {
      nextChunk();
    }
    if (ended) {
      return null;
    }
    LinkBuffer piece = Body.piece(in, Math.min(left, max));
    left -= piece.length();
    return piece;
  }

  private void nextChunk() throws IOException, HttpException {
    if (begun && !lines.next(2, Status.BAD_REQUEST).isEmpty()) {
      throw HttpException.bad("A chunk is longer than its size.");
    }
    begun = true;
    left = size(lines.next(LONGEST_SIZE_LINE, Status.BAD_REQUEST));
    if (left == 0) {
      Headers.read(lines, LARGEST_TRAILERS);
      ended = true;
    }
  }

  /** Reads the size before a chunk. */
  static long size(String line) throws HttpException {
    int extension = line.indexOf(';');
    int end = extension < 0 ? line.length() : extension;
    if (end == 0 || end > MOST_DIGITS) {
      throw badSize();
    }
    long size = 0;
    for (int i = 0; i < end; i++) {
      char c = line.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw badSize();
      }
      size = size << 4 | digit;
    }
    return size;
  }

  private static HttpException badSize() {
    return HttpException.bad("A chunk has no size of 1 to " + MOST_DIGITS + " hexadecimal digits.");
  }
}
