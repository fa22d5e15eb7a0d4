package io.netpoll.examples.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits an inline command, which people type: words between blanks, {@code "quoted"} ones with
 * escapes ({@code \n \r \t \b \a \xFF}), and {@code 'quoted'} ones in which only {@code \'} is one.
 */
final class InlineWords {
  private final String line;
  private final StringBuilder word = new StringBuilder();
  private int at;

  private InlineWords(String line) {
    this.line = line;
  }

  /**
   * Splits a line.
   *
   * @throws ProtocolException if a quote is not closed, or a closing one is not followed by a blank
   */
  static List<String> of(String line) throws ProtocolException {
    return new InlineWords(line).split();
  }

  private List<String> split() throws ProtocolException {
    List<String> words = new ArrayList<>();
    while (skipBlanks()) {
      word.setLength(0);
      while (at < line.length() && !isBlank(line.charAt(at))) {
        char c = line.charAt(at++);
        if (c == '"' || c == '\'') {
          quoted(c);
        } else {
          word.append(c);
        }
      }
      words.add(word.toString());
    }
    return words;
  }

  private boolean skipBlanks() {
    while (at < line.length() && isBlank(line.charAt(at))) {
      at++;
    }
    return at < line.length();
  }

  private void quoted(char quote) throws ProtocolException {
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == quote) {
        if (at < line.length() && !isBlank(line.charAt(at))) {
          break;
        }
        return;
      }
      if (c == '\\' && at < line.length() && (quote == '"' || line.charAt(at) == '\'')) {
        escaped(quote);
      } else {
        word.append(c);
      }
    }
    throw new ProtocolException("unbalanced quotes in request");
  }

  private void escaped(char quote) {
    char c = line.charAt(at++);
    if (quote == '"' && c == 'x' && isHexByte()) {
      word.append((char) Integer.parseInt(line.substring(at, at + 2), 16));
      at += 2;
      return;
    }
    word.append(
        switch (c) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'b' -> '\b';
          case 'a' -> '\u0007';
          default -> c;
        });
  }

  private boolean isHexByte() {
    return at + 2 <= line.length()
        && Character.digit(line.charAt(at), 16) >= 0
        && Character.digit(line.charAt(at + 1), 16) >= 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c >= '\t' && c <= '\r' || c == 0;
  }
}
