package io.netpoll.examples.http;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The body of an answer that ends where the connection does. */
final class EndlessBody implements Body {
  private static final int PIECE = 16 * 1024;

  private final Reader in;
  private final ByteBuffer bytes = ByteBuffer.allocate(PIECE);

  EndlessBody(Reader in) {
    this.in = in;
  }

  @Override
  public long length() {
    return UNKNOWN;
  }

  @Override
  public @Nullable LinkBuffer next(int max) throws IOException {
    in.release();
    if (in.readTo(bytes.clear().limit(Math.min(PIECE, max))) < 0) {
      return null;
    }
    LinkBuffer piece = LinkBuffer.create();
    piece.writeBinary(bytes.flip());
    piece.flush();
    return piece;
  }
}
