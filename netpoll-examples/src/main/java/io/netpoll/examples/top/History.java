package io.netpoll.examples.top;

import java.util.ArrayDeque;

/** The last values of one rate, drawn in one line; the highest bar is the greatest value. */
final class History {
  private static final int LENGTH = 50;
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private final ArrayDeque<Double> values = new ArrayDeque<>();

  void add(double value) {
    values.add(value);
    if (values.size() > LENGTH) {
      values.remove();
    }
  }

  void clear() {
    values.clear();
  }

  /** The greatest value; 0 if there is none. */
  double peak() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /** One character a value, the newest last. */
  String draw() {
    double peak = peak();
    StringBuilder line = new StringBuilder();
    for (double value : values) {
      int height = peak > 0 ? (int) (value / peak * (BARS.length() - 1)) : 0;
      line.append(BARS.charAt(height));
    }
    return line.toString();
  }
}
