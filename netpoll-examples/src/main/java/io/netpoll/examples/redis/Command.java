package io.netpoll.examples.redis;

import java.util.Locale;

/**
 * A command that clients may call.
 *
 * @param name its name in lower case; that of a subcommand is {@code client|id}
 * @param arity the number of words it takes, its name included; -3 for three or more
 * @param writes whether it changes databases
 * @param keys which of its words are keys
 * @param action what it does
 */
record Command(String name, int arity, boolean writes, Keys keys, Action action) {

  /** What a command does, under the lock of {@link Keyspace}. */
  @FunctionalInterface
  interface Action {
    /**
     * Changes and answers.
     *
     * @throws CommandException if it can not; then nothing is changed, and nothing answered yet
     */
    void run(Call call) throws CommandException;
  }

  /** Which words of a command are keys. */
  enum Keys {
    NONE(0, 0, 0),
    FIRST(1, 1, 1),
    ALL(1, -1, 1),
    PAIRS(1, -1, 2);

    private final int first;
    private final int last;
    private final int step;

    Keys(int first, int last, int step) {
      this.first = first;
      this.last = last;
      this.step = step;
    }
  }

  /** A command that only looks. */
  static Command reading(String name, int arity, Keys keys, Action action) {
    return new Command(name, arity, false, keys, action);
  }

  /** A command that changes keys. */
  static Command writing(String name, int arity, Keys keys, Action action) {
    return new Command(name, arity, true, keys, action);
  }

  /** A name as commands are found by it. */
  static String normalized(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Refuses a wrong number of words. */
  void check(int words) throws CommandException {
    if (arity >= 0 ? words != arity : words < -arity) {
      throw CommandException.wrongNumber(name);
    }
  }

  /** Answers what COMMAND tells of it. */
  void describe(Reply reply) {
    reply.array(6);
    reply.bulk(name);
    reply.integer(arity);
    reply.array(1);
    reply.simple(writes ? "write" : "readonly");
    reply.integer(keys.first);
    reply.integer(keys.last);
    reply.integer(keys.step);
  }
}
