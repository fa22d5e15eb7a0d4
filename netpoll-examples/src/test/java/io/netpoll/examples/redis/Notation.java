package io.netpoll.examples.redis;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes answers as the recording does: {@code +OK}, {@code :1}, {@code *[$"a", $nothing]}. */
final class Notation {
  private Notation() {}

  static String of(RespValue value) {
    if (value instanceof RespValue.Simple simple) {
      return "+" + simple.text();
    }
    if (value instanceof RespValue.Error error) {
      return "-" + error.message();
    }
    if (value instanceof RespValue.Number number) {
      return ":" + number.value();
    }
    if (value instanceof RespValue.Bulk bulk) {
      return "$" + quoted(bulk.text());
    }
    RespValue.Array array = (RespValue.Array) value;
    return array.elements() == null
        ? "*nothing"
        : array.elements().stream().map(Notation::of).collect(Collectors.joining(", ", "*[", "]"));
  }

  private static String quoted(@Nullable String text) {
    if (text == null) {
      return "nothing";
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append(String.format("\\x%02x", (int) c));
      }
    }
    return quoted.append('"').toString();
  }
}
