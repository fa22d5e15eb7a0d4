package io.netpoll.examples.http;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A body whose length was told before it; none at all has the length 0. */
final class FixedBody implements Body {
  private final Reader in;
  private final long length;
  private long left;

  FixedBody(Reader in, long length) {
    this.in = in;
    this.length = length;
    this.left = length;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public @Nullable LinkBuffer next(int max) throws IOException {
    if (left == 0) {
      return null;
    }
    LinkBuffer piece = Body.piece(in, Math.min(left, max));
    left -= piece.length();
    return piece;
  }
}
