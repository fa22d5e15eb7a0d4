package io.netpoll.examples.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The header fields of a message, in their order. */
public final class Headers {
  private static final int MOST = 100;
  private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();

  Headers() {}

  /**
   * Reads fields up to and including the empty line behind them.
   *
   * @param max the most bytes of all lines together
   * @throws HttpException if they are more, more than 100, or malformed
   * @throws IOException if waiting failed
   */
  static Headers read(LineReader lines, int max) throws IOException, HttpException {
    Headers headers = new Headers();
    int left = max;
    while (true) {
      String line = lines.next(left, Status.HEADERS_TOO_LARGE);
      if (line.isEmpty()) {
        return headers;
      }
      left = Math.max(1, left - line.length() - 2);
      headers.add(line);
    }
  }

  private void add(String line) throws HttpException {
    if (names.size() == MOST) {
      throw new HttpException(
          Status.HEADERS_TOO_LARGE, "There are more than " + MOST + " header fields.");
    }
    int colon = line.indexOf(':');
    if (colon < 0 || !isToken(line, 0, colon)) {
      throw HttpException.bad("A header line does not begin with a name and a colon.");
    }
    names.add(line.substring(0, colon));
    values.add(trimmed(line, colon + 1));
  }

  private static String trimmed(String line, int from) {
    int start = from;
    int end = line.length();
    while (start < end && isBlank(line.charAt(start))) {
      start++;
    }
    while (start < end && isBlank(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** Whether a part of a text is what RFC 9110 calls a token: one character or more, no blanks. */
  static boolean isToken(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && TOKEN_SIGNS.indexOf(c) < 0) {
        return false;
      }
    }
    return from < to;
  }

  /**
   * The value of a field.
   *
   * @param name its name, in any case
   * @return the first value, or null if there is no such field
   */
  public @Nullable String first(String name) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return values.get(i);
      }
    }
    return null;
  }

  /** How often a field is there. */
  int count(String name) {
    int count = 0;
    for (String present : names) {
      if (present.equalsIgnoreCase(name)) {
        count++;
      }
    }
    return count;
  }

  /** Whether one of a field's values, which commas separate, is this word in lower case. */
  boolean contains(String name, String word) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name) && hasWord(values.get(i), word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasWord(String list, String word) {
    for (String element : list.split(",", -1)) {
      if (element.strip().toLowerCase(Locale.ROOT).equals(word)) {
        return true;
      }
    }
    return false;
  }
}
