package io.netpoll.examples.redis;

import java.util.List;
import java.util.Locale;

/**
 * When EXPIRE may change an expiry: all of these must hold.
 *
 * @param none there is none yet
 * @param some there is one
 * @param later the new one is later
 * @param earlier the new one is earlier
 */
record ExpireCondition(boolean none, boolean some, boolean later, boolean earlier) {

  /**
   * Reads the options NX, XX, GT and LT.
   *
   * @throws CommandException if there are others, or they exclude each other
   */
  static ExpireCondition of(List<String> options) throws CommandException {
    boolean none = false;
    boolean some = false;
    boolean later = false;
    boolean earlier = false;
    for (String option : options) {
      switch (option.toUpperCase(Locale.ROOT)) {
        case "NX" -> none = true;
        case "XX" -> some = true;
        case "GT" -> later = true;
        case "LT" -> earlier = true;
        default ->
            throw new CommandException(
                "ERR Unsupported option " + CommandException.shown(option, Integer.MAX_VALUE));
      }
    }
    if (none && (some || later || earlier)) {
      throw new CommandException(
          "ERR NX and XX, GT or LT options at the same time are not compatible");
    }
    if (later && earlier) {
      throw new CommandException("ERR GT and LT options at the same time are not compatible");
    }
    return new ExpireCondition(none, some, later, earlier);
  }

  /** Whether an expiry, or {@link Entry#NEVER}, may be replaced by another. */
  boolean allows(long present, long moment) {
    boolean expires = present != Entry.NEVER;
    return !(none && expires)
        && !(some && !expires)
        && !(later && moment <= present)
        && !(earlier && moment >= present);
  }
}
