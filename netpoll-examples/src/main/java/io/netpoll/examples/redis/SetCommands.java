package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The commands on sets. */
final class SetCommands {
  private SetCommands() {}

  static List<Command> all() {
    return List.of(
        writing("sadd", -3, Keys.FIRST, SetCommands::add),
        reading("smembers", 2, Keys.FIRST, SetCommands::members));
  }

  @SuppressWarnings("unchecked") // the sets of a database hold strings
  private static Class<LinkedHashSet<String>> type() {
    return (Class<LinkedHashSet<String>>) (Class<?>) LinkedHashSet.class;
  }

  private static void add(Call call) throws CommandException {
    LinkedHashSet<String> set =
        call.database().getOrCreate(call.word(1), type(), LinkedHashSet<String>::new);
    int before = set.size();
    set.addAll(call.from(2));
    call.reply().integer(set.size() - before);
  }

  private static void members(Call call) throws CommandException {
    Set<String> set = call.database().get(call.word(1), type());
    call.reply().bulks(set == null ? Set.of() : set);
  }
}
