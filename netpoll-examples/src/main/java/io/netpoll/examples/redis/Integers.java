package io.netpoll.examples.redis;

/** Numbers as Redis reads them: decimal, without a plus sign, blanks or leading zeros. */
final class Integers {
  private static final int MOST_DIGITS = 19;
  private static final String GREATEST_VALUE = Long.toString(Long.MAX_VALUE);
  private static final String LEAST_VALUE = Long.toString(Long.MIN_VALUE);

  private Integers() {}

  /**
   * Reads an argument.
   *
   * @throws CommandException if it is no 64-bit integer in its shortest form
   */
  static long of(String text) throws CommandException {
    if (!isInteger(text)) {
      throw CommandException.notAnInteger();
    }
    return Long.parseLong(text);
  }

  /** Whether a text is a 64-bit integer in its shortest form. */
  static boolean isInteger(String text) {
    int length = text.length();
    int first = text.startsWith("-") ? 1 : 0;
    int digits = length - first;
    if (digits == 0 || digits > MOST_DIGITS || text.charAt(first) == '0' && length > 1) {
      return false;
    }
    for (int i = first; i < length; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return digits < MOST_DIGITS || fits(text);
  }

  private static boolean fits(String text) {
    String most = text.startsWith("-") ? LEAST_VALUE : GREATEST_VALUE;
    return text.compareTo(most) <= 0; // of the same length
  }
}
