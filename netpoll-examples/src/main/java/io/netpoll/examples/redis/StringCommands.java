package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.List;

/** The commands on strings and numbers. */
final class StringCommands {
  private static final int LONGEST = 512 * 1024 * 1024;

  private StringCommands() {}

  static List<Command> all() {
    return List.of(
        reading("get", 2, Keys.FIRST, StringCommands::get),
        writing("set", -3, Keys.FIRST, StringCommands::set),
        reading("mget", -2, Keys.ALL, StringCommands::getMany),
        writing("mset", -3, Keys.PAIRS, StringCommands::setMany),
        writing("append", 3, Keys.FIRST, StringCommands::append),
        writing("incr", 2, Keys.FIRST, call -> add(call, 1)),
        writing("decr", 2, Keys.FIRST, call -> add(call, -1)));
  }

  private static void get(Call call) throws CommandException {
    call.reply().bulk(call.database().get(call.word(1), String.class));
  }

  private static void set(Call call) throws CommandException {
    SetOptions options = SetOptions.of(call.from(3));
    long expiry = options.expiry(call.keyspace());
    Database database = call.database();
    String key = call.word(1);
    if (!options.allows(database.find(key) != null)) {
      call.reply().bulk(null);
      return;
    }
    Entry entry = database.put(key, call.word(2));
    database.expireAt(entry, expiry);
    call.reply().ok();
  }

  private static void getMany(Call call) {
    call.reply().array(call.count() - 1);
    for (String key : call.from(1)) {
      Entry entry = call.database().find(key);
      call.reply().bulk(entry != null && entry.value() instanceof String value ? value : null);
    }
  }

  private static void setMany(Call call) throws CommandException {
    if (call.count() % 2 == 0) {
      throw CommandException.wrongNumber("mset");
    }
    Database database = call.database();
    for (int i = 1; i < call.count(); i += 2) {
      database.expireAt(database.put(call.word(i), call.word(i + 1)), Entry.NEVER);
    }
    call.reply().ok();
  }

  private static void append(Call call) throws CommandException {
    String key = call.word(1);
    String before = call.database().get(key, String.class);
    String more = call.word(2);
    if (before != null && before.length() > LONGEST - more.length()) {
      throw new CommandException("ERR string exceeds maximum allowed size (512MB)");
    }
    String value = before == null ? more : before + more;
    call.database().put(key, value);
    call.reply().integer(value.length());
  }

  private static void add(Call call, int amount) throws CommandException {
    String key = call.word(1);
    String before = call.database().get(key, String.class);
    long value = before == null ? 0 : Integers.of(before);
    if (value == (amount > 0 ? Long.MAX_VALUE : Long.MIN_VALUE)) {
      throw new CommandException("ERR increment or decrement would overflow");
    }
    value += amount;
    call.database().put(key, Long.toString(value));
    call.reply().integer(value);
  }
}
