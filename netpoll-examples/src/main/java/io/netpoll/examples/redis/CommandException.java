package io.netpoll.examples.redis;

/**
 * A command cannot be done; its message is the error that the client gets, and nothing was changed
 * or written.
 */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Makes one without a stack trace: it is an answer, not a failure of the server. */
  CommandException(String message) {
    super(message, null, false, false);
  }

  static CommandException syntax() {
    return new CommandException("ERR syntax error");
  }

  /** A client's word as error messages show it: up to a zero byte, and not too long. */
  static String shown(String word, int most) {
    int zero = word.indexOf('\0');
    return word.substring(0, Math.min(most, zero < 0 ? word.length() : zero));
  }

  static CommandException wrongType() {
    return new CommandException(
        "WRONGTYPE Operation against a key holding the wrong kind of value");
  }

  static CommandException notAnInteger() {
    return new CommandException("ERR value is not an integer or out of range");
  }

  static CommandException wrongNumber(String command) {
    return new CommandException("ERR wrong number of arguments for '" + command + "' command");
  }
}
