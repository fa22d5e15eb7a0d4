package io.netpoll.core.connection;

import java.net.SocketOption;
import java.util.Map;
import java.util.Objects;

/** Maps of socket options in which a name occurs once, whichever constants have it. */
public final class NamedOptions {
  private NamedOptions() {}

  /**
   * Puts an option in the place of any of its name.
   *
   * @param <T> type of its value
   * @param into a mutable map
   * @param option the option
   * @param value its value
   */
  public static <T> void put(Map<SocketOption<?>, Object> into, SocketOption<T> option, T value) {
    Objects.requireNonNull(option, "option");
    Objects.requireNonNull(value, "value");
    into.keySet().removeIf(known -> known.name().equals(option.name()));
    into.put(option, value);
  }

  /** Puts all of them, each in the place of any of its name. */
  static void putAll(Map<SocketOption<?>, Object> into, Map<SocketOption<?>, Object> options) {
    for (SocketOption<?> option : options.keySet()) {
      into.keySet().removeIf(known -> known.name().equals(option.name()));
    }
    into.putAll(options);
  }
}
