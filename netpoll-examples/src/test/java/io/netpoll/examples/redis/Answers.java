package io.netpoll.examples.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Leaves out of answers what two right servers may answer differently. */
final class Answers {
  private Answers() {}

  /** The answer, without the order of unordered elements and without how much of a time is left. */
  static String comparable(List<String> command, RespValue answer) {
    String name = command.get(0).toUpperCase(Locale.ROOT);
    if (answer instanceof RespValue.Array array && array.elements() != null) {
      return switch (name) {
        case "KEYS", "SMEMBERS" -> sorted(array, 1);
        case "HGETALL" -> sorted(array, 2);
        default -> Notation.of(answer);
      };
    }
    boolean timeIsLeft =
        name.equals("TTL") && answer instanceof RespValue.Number number && number.value() > 0;
    return timeIsLeft ? "time is left" : Notation.of(answer);
  }

  private static String sorted(RespValue.Array array, int group) {
    List<RespValue> elements = Objects.requireNonNull(array.elements());
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < elements.size(); i += group) {
      groups.add(Notation.of(new RespValue.Array(elements.subList(i, i + group))));
    }
    return groups.stream().sorted().toList().toString();
  }
}
