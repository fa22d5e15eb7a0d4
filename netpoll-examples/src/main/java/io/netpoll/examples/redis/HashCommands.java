package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.LinkedHashMap;
import java.util.List;

/** The commands on hashes. */
final class HashCommands {
  private HashCommands() {}

  static List<Command> all() {
    return List.of(
        writing("hset", -4, Keys.FIRST, HashCommands::set),
        reading("hget", 3, Keys.FIRST, HashCommands::get),
        reading("hgetall", 2, Keys.FIRST, HashCommands::getAll));
  }

  @SuppressWarnings("unchecked") // the maps of a database hold strings
  private static Class<LinkedHashMap<String, String>> type() {
    return (Class<LinkedHashMap<String, String>>) (Class<?>) LinkedHashMap.class;
  }

  private static void set(Call call) throws CommandException {
    if (call.count() % 2 != 0) {
      throw CommandException.wrongNumber("hset");
    }
    LinkedHashMap<String, String> hash =
        call.database().getOrCreate(call.word(1), type(), LinkedHashMap<String, String>::new);
    int before = hash.size();
    for (int i = 2; i < call.count(); i += 2) {
      hash.put(call.word(i), call.word(i + 1));
    }
    call.reply().integer(hash.size() - before);
  }

  private static void get(Call call) throws CommandException {
    LinkedHashMap<String, String> hash = call.database().get(call.word(1), type());
    call.reply().bulk(hash == null ? null : hash.get(call.word(2)));
  }

  private static void getAll(Call call) throws CommandException {
    LinkedHashMap<String, String> hash = call.database().get(call.word(1), type());
    if (hash == null) {
      call.reply().array(0);
      return;
    }
    call.reply().array(2 * hash.size());
    hash.forEach(
        (field, value) -> {
          call.reply().bulk(field);
          call.reply().bulk(value);
        });
  }
}
