package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as far as {@link Json} writes it: objects, arrays, strings and numbers. Numbers are
 * read as {@link Double}. One use a document.
 */
final class JsonReader {
  private final String text;
  private int at;

  JsonReader(String text) {
    this.text = text;
  }

  /**
   * Reads the value that the text begins with.
   *
   * @throws IllegalArgumentException if it is none of those above
   */
  Object read() {
    char first = peek();
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> number();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> fields = new LinkedHashMap<>();
    expect('{');
    while (peek() != '}') {
      if (!fields.isEmpty()) {
        expect(',');
      }
      peek();
      String name = string();
      expect(':');
      fields.put(name, read());
    }
    expect('}');
    return fields;
  }

  private List<Object> array() {
    List<Object> values = new ArrayList<>();
    expect('[');
    while (peek() != ']') {
      if (!values.isEmpty()) {
        expect(',');
      }
      values.add(read());
    }
    expect(']');
    return values;
  }

  private String string() {
    expect('"');
    StringBuilder unquoted = new StringBuilder();
    while (next() != '"') {
      char each = text.charAt(at - 1);
      unquoted.append(each == '\\' ? escaped() : each);
    }
    return unquoted.toString();
  }

  private char escaped() {
    char each = next();
    if (each != 'u') {
      return each;
    }
    at += 4;
    if (at > text.length()) {
      throw wrong();
    }
    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (start == at) {
      throw wrong();
    }
    return Double.valueOf(text.substring(start, at));
  }

  /** The next character that is no white space, which is not passed. */
  private char peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      throw wrong();
    }
    return text.charAt(at);
  }

  private char next() {
    if (at == text.length()) {
      throw wrong();
    }
    return text.charAt(at++);
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw wrong();
    }
    at++;
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("Character " + at + " is not what JSON has there.");
  }

  /** A value that must be an object. */
  static Map<String, Object> object(Object value) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, each) -> fields.put((String) name, each));
      return fields;
    }
    throw new IllegalArgumentException("This is no object: " + value + ".");
  }

  /** A value that must be an array of objects. */
  static List<Map<String, Object>> objects(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(each -> object((Object) each)).toList();
    }
    throw new IllegalArgumentException("This is no array: " + value + ".");
  }
}
