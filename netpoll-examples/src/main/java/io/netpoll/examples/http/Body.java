package io.netpoll.examples.http;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The body of a message, which is read piece by piece. Read by one thread at a time. */
interface Body {

  /** A length that is not known before the end. */
  long UNKNOWN = -1;

  /** The number of bytes in all, or {@link #UNKNOWN}. */
  long length();

  /**
   * Takes what is there of the body, waiting while nothing is. What was consumed before is
   * released, so that bodies of any length need little memory.
   *
   * @param max the most bytes, at least 1
   * @return a buffer of at least one byte, which the caller uses up or closes; null at the end
   * @throws HttpException if the body is malformed
   * @throws IOException if waiting failed, or the peer ended too early
   */
  @Nullable LinkBuffer next(int max) throws IOException, HttpException;

  /** Takes between one and {@code max} bytes, waiting for the first of them. */
  static LinkBuffer piece(Reader in, long max) throws IOException {
    in.release();
    in.peek(1);
    return in.slice((int) Math.min(max, in.length()));
  }
}
