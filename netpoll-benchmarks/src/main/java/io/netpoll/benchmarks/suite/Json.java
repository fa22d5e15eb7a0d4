package io.netpoll.benchmarks.suite;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes figures as JSON, one sample a line, and reads what it has written. */
final class Json {
  private static final List<String> FIELDS =
      List.of("session", "scenario", "row", "burn_us", "name", "round", "unit", "value");

  private Json() {}

  /** The whole document. */
  static String of(Figures figures) {
    return "{\n  \"sessions\": "
        + lines(figures.sessions().stream().map(Json::fields).toList())
        + ",\n  \"remarks\": "
        + lines(figures.remarks().stream().map(Json::fields).toList())
        + ",\n  \"samples\": "
        + lines(figures.samples().stream().map(Json::fields).toList())
        + "\n}\n";
  }

  /**
   * The figures of a document that this class has written.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Figures read(String document) {
    Map<String, Object> fields = JsonReader.object(new JsonReader(document).read());
    return new Figures(
        JsonReader.objects(fields.get("sessions")).stream().map(Json::session).toList(),
        JsonReader.objects(fields.get("remarks")).stream()
            .map(each -> new Remark(text(each, "session"), text(each, "text")))
            .toList(),
        JsonReader.objects(fields.get("samples")).stream().map(Json::sample).toList());
  }

  private static Map<String, Object> fields(Session session) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("start", session.start());
    fields.putAll(session.facts());
    return fields;
  }

  private static Session session(Map<String, Object> fields) {
    Map<String, String> facts = new LinkedHashMap<>();
    fields.forEach((name, value) -> facts.put(name, value.toString()));
    facts.remove("start");
    return new Session(text(fields, "start"), facts);
  }

  private static Map<String, Object> fields(Remark remark) {
    return Map.of("session", remark.session(), "text", remark.text());
  }

  private static Map<String, Object> fields(Sample sample) {
    Row row = sample.row();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("session", sample.session());
    fields.put("scenario", row.scenario().toString());
    fields.put("row", row.name());
    fields.put("burn_us", row.burnMicros());
    fields.put("name", sample.name());
    fields.put("round", sample.round());
    fields.put("unit", row.metric().unit());
    fields.put("value", rounded(sample.value()));
    new TreeMap<>(sample.details()).forEach((name, value) -> fields.put(name, rounded(value)));
    return fields;
  }

  private static Sample sample(Map<String, Object> fields) {
    Row row =
        new Row(
            Scenario.of(text(fields, "scenario")),
            text(fields, "row"),
            (int) number(fields, "burn_us"),
            Metric.of(text(fields, "unit")));
    Map<String, Double> details = new LinkedHashMap<>();
    for (String name : fields.keySet()) {
      if (!FIELDS.contains(name)) {
        details.put(name, number(fields, name));
      }
    }
    return new Sample(
        text(fields, "session"),
        row,
        text(fields, "name"),
        (int) number(fields, "round"),
        number(fields, "value"),
        details);
  }

  private static String text(Map<String, Object> fields, String name) {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("There is no text '" + name + "' in " + fields + ".");
  }

  private static double number(Map<String, Object> fields, String name) {
    if (fields.get(name) instanceof Double number) {
      return number;
    }
    throw new IllegalArgumentException("There is no number '" + name + "' in " + fields + ".");
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static String lines(List<Map<String, Object>> objects) {
    return objects.stream()
        .map(each -> "\n    " + object(each))
        .collect(Collectors.joining(",", "[", "\n  ]"));
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
