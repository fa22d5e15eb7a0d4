package io.netpoll.examples.http;

import io.netpoll.Reader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says where a message's body ends. A message that could be read in two ways is refused: behind a
 * proxy that reads it the other way, its end would be the next client's request.
 */
final class Framing {
  private static final int MOST_DIGITS = 18;

  private Framing() {}

  /**
   * The body that the header fields announce.
   *
   * @param minor the minor version of HTTP/1
   * @return the body, or null if they announce none
   * @throws HttpException if they contradict each other, or the encoding is not known here
   */
  static @Nullable Body announced(Headers headers, int minor, Reader in, LineReader lines)
      throws HttpException {
    int encodings = headers.count("Transfer-Encoding");
    int lengths = headers.count("Content-Length");
    if (encodings + lengths == 0) {
      return null;
    }
    if (encodings + lengths > 1) {
      throw HttpException.bad("More than one field says how long the body is.");
    }
    if (lengths == 1) {
      return new FixedBody(in, length(headers.first("Content-Length")));
    }
    requireChunked(headers.first("Transfer-Encoding"), minor);
    return new ChunkedBody(in, lines);
  }

  private static void requireChunked(@Nullable String encoding, int minor) throws HttpException {
    if (encoding == null || minor == 0) {
      throw HttpException.bad("HTTP/1.0 has no Transfer-Encoding.");
    }
    if (!encoding.toLowerCase(Locale.ROOT).equals("chunked")) {
      throw new HttpException(
          Status.NOT_IMPLEMENTED, "The only Transfer-Encoding known here is chunked.");
    }
  }

  private static long length(@Nullable String text) throws HttpException {
    if (text == null || text.isEmpty() || text.length() > MOST_DIGITS || !isNumber(text)) {
      throw HttpException.bad(
          "Content-Length is not a number of 1 to " + MOST_DIGITS + " decimal digits.");
    }
    return Long.parseLong(text);
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
