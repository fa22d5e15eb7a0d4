package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads lines that end with CR and LF, waiting for them, and refuses those that another reader
 * could end elsewhere: with a CR or LF alone, or with a zero byte. Called by one thread at a time.
 */
final class LineReader {
  private final Reader in;

  LineReader(Reader in) {
    this.in = in;
  }

  /**
   * Reads a line.
   *
   * @param max the longest allowed, in bytes, its end included; at least 1
   * @param tooLong the status if it is longer
   * @return the line without its end, one byte in each character
   * @throws HttpException if it is too long, or holds control characters other than a tab
   * @throws IOException if waiting failed
   */
  String next(int max, Status tooLong) throws IOException, HttpException {
    ByteBuffer view;
    try {
      view = in.until((byte) '\n', max);
    } catch (DelimiterNotFoundException e) {
      throw new HttpException(tooLong, "A line is longer than the " + max + " bytes left for it.");
    }
    int length = view.remaining() - 2;
    if (length < 0 || view.get(length) != '\r') {
      throw HttpException.bad("A line ends with LF instead of CR and LF.");
    }
    byte[] bytes = new byte[length];
    view.get(bytes);
    for (byte b : bytes) {
      if (b >= 0 && b < ' ' && b != '\t' || b == 0x7f) {
        throw HttpException.bad("A line holds the control character " + b + ".");
      }
    }
    return new String(bytes, ISO_8859_1);
  }
}
