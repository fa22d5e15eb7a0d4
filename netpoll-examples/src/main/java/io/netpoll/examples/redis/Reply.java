package io.netpoll.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.Writer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Writes the answers of one connection, without sending them. Called by one thread at a time. */
final class Reply {
  private static final byte[] OK = bytes("+OK\r\n");
  private static final byte[] NOTHING = bytes("$-1\r\n");
  private static final byte[] NO_ARRAY = bytes("*-1\r\n");
  private static final byte[] END_OF_LINE = bytes("\r\n");

  private static final int LONGEST_NUMBER = 1 + 20 + 2; // its type, the least long, its end

  private final Writer out;
  private final byte[] number = new byte[LONGEST_NUMBER];

  Reply(Writer out) {
    this.out = out;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  void ok() {
    out.writeBinary(OK);
  }

  /** A word without line ends. */
  void simple(String word) {
    out.writeString("+" + word + "\r\n", ISO_8859_1);
  }

  /** An error: its kind in capitals, then a sentence. */
  void error(String message) {
    out.writeString("-" + message.replace('\r', ' ').replace('\n', ' ') + "\r\n", ISO_8859_1);
  }

  void integer(long value) {
    header(':', value);
  }

  void integer(boolean value) {
    header(':', value ? 1 : 0);
  }

  /** A string of any bytes, or nothing. */
  void bulk(@Nullable String value) {
    if (value == null) {
      out.writeBinary(NOTHING);
      return;
    }
    header('$', value.length());
    out.writeString(value, ISO_8859_1);
    out.writeBinary(END_OF_LINE);
  }

  /** The start of an array: its elements follow. */
  void array(int elements) {
    header('*', elements);
  }

  void noArray() {
    out.writeBinary(NO_ARRAY);
  }

  void bulks(Collection<String> values) {
    array(values.size());
    values.forEach(this::bulk);
  }

  /** Writes a type, a number in decimal and the end of the line. */
  private void header(char type, long value) {
    int at = number.length;
    number[--at] = '\n';
    number[--at] = '\r';
    long left = value;
    do {
      number[--at] = (byte) ('0' + Math.abs(left % 10));
      left /= 10;
    } while (left != 0);
    if (value < 0) {
      number[--at] = '-';
    }
    number[--at] = (byte) type;
    out.writeBinary(number, at, number.length - at);
  }
}
