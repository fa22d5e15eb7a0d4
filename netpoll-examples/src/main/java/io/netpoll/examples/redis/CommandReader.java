package io.netpoll.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the commands of one connection, waiting for what is missing. A command is an array of bulk
 * strings ({@code *2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n}) or a line of words. Called by one thread at a
 * time.
 */
final class CommandReader {
  private static final int LONGEST_LINE = 64 * 1024;
  private static final int MOST_DIGITS = 18;
  private static final int MOST_ARGUMENTS = 1024 * 1024;
  private static final int LONGEST_ARGUMENT = 512 * 1024 * 1024;
  private static final int TRUSTED_ARGUMENTS = 64;

  private final Reader in;

  CommandReader(Reader in) {
    this.in = in;
  }

  /**
   * Reads one command.
   *
   * @return its words, none where there is nothing to answer: an empty line or array
   * @throws ProtocolException if it is not RESP2, or larger than Redis allows
   * @throws IOException if waiting for it failed
   */
  List<String> next() throws IOException, ProtocolException {
    byte first = in.readByte();
    return first == '*' ? array() : InlineWords.of(line(first));
  }

  private List<String> array() throws IOException, ProtocolException {
    long count = number("invalid multibulk length");
    if (count > MOST_ARGUMENTS) {
      throw new ProtocolException("invalid multibulk length");
    }
    if (count <= 0) {
      return List.of();
    }
    List<String> words = new ArrayList<>((int) Math.min(count, TRUSTED_ARGUMENTS));
    for (int i = 0; i < count; i++) {
      words.add(bulk());
    }
    return words;
  }

  private String bulk() throws IOException, ProtocolException {
    byte type = in.readByte();
    if (type != '$') {
      throw new ProtocolException("expected '$', got '" + (char) (type & 0xff) + "'");
    }
    long length = number("invalid bulk length");
    if (length < 0 || length > LONGEST_ARGUMENT) {
      throw new ProtocolException("invalid bulk length");
    }
    String word = in.readString((int) length, ISO_8859_1);
    in.skip(2);
    return word;
  }

  /** Reads a number and the end of its line. */
  private long number(String invalid) throws IOException, ProtocolException {
    byte c = in.readByte();
    boolean negative = c == '-';
    if (negative) {
      c = in.readByte();
    }
    long number = 0;
    int digits = 0;
    for (; c >= '0' && c <= '9' && digits < MOST_DIGITS; c = in.readByte()) {
      number = number * 10 + (c - '0');
      digits++;
    }
    if (c != '\r' || digits == 0) {
      throw new ProtocolException(invalid);
    }
    in.skip(1);
    return negative ? -number : number;
  }

  /** Reads the rest of a line, of which the first byte is known. */
  private String line(byte first) throws IOException, ProtocolException {
    if (first == '\n') {
      return "";
    }
    try {
      ByteBuffer rest = in.until((byte) '\n', LONGEST_LINE);
      byte[] line = new byte[1 + rest.remaining()];
      line[0] = first;
      rest.get(line, 1, line.length - 1);
      return new String(line, ISO_8859_1); // its end is blank
    } catch (DelimiterNotFoundException e) {
      throw new ProtocolException("too big inline request");
    }
  }
}
