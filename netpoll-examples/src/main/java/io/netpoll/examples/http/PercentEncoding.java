package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Decodes the path of a target: {@code %41} is A. */
final class PercentEncoding {
  private PercentEncoding() {}

  /**
   * Decodes bytes that are UTF-8.
   *
   * @throws HttpException if a percent sign has no two hexadecimal digits behind it, or the result
   *     holds a zero byte
   */
  static String decode(String path) throws HttpException {
    if (path.indexOf('%') < 0) {
      return path;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        bytes.write(value(path, i + 1));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toString(UTF_8);
  }

  private static int value(String path, int at) throws HttpException {
    int high = at + 1 < path.length() ? Character.digit(path.charAt(at), 16) : -1;
    int low = high < 0 ? -1 : Character.digit(path.charAt(at + 1), 16);
    if (low < 0 || high == 0 && low == 0) {
      throw HttpException.bad("A percent sign in the target does not begin an encoded byte.");
    }
    return high << 4 | low;
  }
}
