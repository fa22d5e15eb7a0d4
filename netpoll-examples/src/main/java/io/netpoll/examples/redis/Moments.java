package io.netpoll.examples.redis;

/** When keys expire. */
final class Moments {
  /** The milliseconds of a second. */
  static final int SECOND = 1000;

  /** A millisecond. */
  static final int MILLISECOND = 1;

  private Moments() {}

  /**
   * The moment some time from now.
   *
   * @param amount how much later; may be negative
   * @param unit the milliseconds of one
   * @param now the time in milliseconds since 1970
   * @param command whose argument it is
   * @throws CommandException if the moment cannot be counted
   */
  static long after(long amount, int unit, long now, String command) throws CommandException {
    try {
      return Math.addExact(Math.multiplyExact(amount, unit), now);
    } catch (ArithmeticException e) {
      throw invalid(command);
    }
  }

  static CommandException invalid(String command) {
    return new CommandException("ERR invalid expire time in '" + command + "' command");
  }
}
