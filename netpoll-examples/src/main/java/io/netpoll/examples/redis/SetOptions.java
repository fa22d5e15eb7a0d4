package io.netpoll.examples.redis;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET.
 *
 * @param absent NX: only if there is no such key
 * @param present XX: only if there is one
 * @param time how long the key lives, or null for ever
 * @param unit the milliseconds that {@code time} counts
 */
record SetOptions(boolean absent, boolean present, @Nullable String time, int unit) {
  private static final SetOptions NONE = new SetOptions(false, false, null, Moments.MILLISECOND);

  /**
   * Reads NX, XX, EX seconds and PX milliseconds.
   *
   * @throws CommandException if there are others, or they exclude each other
   */
  static SetOptions of(List<String> words) throws CommandException {
    SetOptions options = NONE;
    for (int i = 0; i < words.size(); i++) {
      options =
          switch (words.get(i).toUpperCase(Locale.ROOT)) {
            case "NX" -> new SetOptions(true, options.present, options.time, options.unit);
            case "XX" -> new SetOptions(options.absent, true, options.time, options.unit);
            case "EX" -> options.expiring(words, ++i, Moments.SECOND);
            case "PX" -> options.expiring(words, ++i, Moments.MILLISECOND);
            default -> throw CommandException.syntax();
          };
    }
    if (options.absent && options.present) {
      throw CommandException.syntax();
    }
    return options;
  }

  private SetOptions expiring(List<String> words, int index, int newUnit) throws CommandException {
    if (time != null || index == words.size()) {
      throw CommandException.syntax();
    }
    return new SetOptions(absent, present, words.get(index), newUnit);
  }

  /** When the key expires, or {@link Entry#NEVER}. */
  long expiry(Keyspace keyspace) throws CommandException {
    if (time == null) {
      return Entry.NEVER;
    }
    long amount = Integers.of(time);
    if (amount <= 0) {
      throw Moments.invalid("set");
    }
    return Moments.after(amount, unit, keyspace.now(), "set");
  }

  /** Whether a key may be set that exists or not. */
  boolean allows(boolean exists) {
    return exists ? !absent : !present;
  }
}
