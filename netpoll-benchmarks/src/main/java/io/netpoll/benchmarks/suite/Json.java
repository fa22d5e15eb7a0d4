package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes results as JSON, one sample a line. */
final class Json {
  private Json() {}

  /** The whole document. */
  static String of(Map<String, String> facts, Results results) {
    List<String> lines = new ArrayList<>();
    for (Sample sample : results.samples()) {
      lines.add("    " + object(fields(sample)));
    }
    return "{\n  \"machine\": "
        + object(new LinkedHashMap<>(facts))
        + ",\n  \"remarks\": "
        + results.remarks().stream().map(Json::text).collect(Collectors.joining(", ", "[", "]"))
        + ",\n  \"samples\": [\n"
        + String.join(",\n", lines)
        + "\n  ]\n}\n";
  }

  private static Map<String, Object> fields(Sample sample) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("scenario", sample.row().scenario().toString());
    fields.put("row", sample.row().name());
    fields.put("burn_us", sample.row().burnMicros());
    fields.put("name", sample.name());
    fields.put("round", sample.round());
    fields.put("unit", sample.row().metric().unit());
    fields.put("value", rounded(sample.value()));
    new TreeMap<>(sample.details()).forEach((name, value) -> fields.put(name, rounded(value)));
    return fields;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static String object(Map<String, Object> fields) {
    return fields.entrySet().stream()
        .map(field -> text(field.getKey()) + ": " + value(field.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String value(Object value) {
    return value instanceof Number ? value.toString() : text(value.toString());
  }

  /** A string with what JSON does not allow in one escaped. */
  static String text(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') {
        quoted.append('\\').append(each);
      } else if (each < ' ') {
        quoted.append(String.format("\\u%04x", (int) each));
      } else {
        quoted.append(each);
      }
    }
    return quoted.append('"').toString();
  }
}
