package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands on keys of any type. */
final class KeyCommands {
  private KeyCommands() {}

  static List<Command> all() {
    return List.of(
        writing("del", -2, Keys.ALL, KeyCommands::delete),
        reading("exists", -2, Keys.ALL, KeyCommands::exists),
        reading("type", 2, Keys.FIRST, KeyCommands::type),
        reading("keys", 2, Keys.NONE, KeyCommands::keys),
        writing("expire", -3, Keys.FIRST, KeyCommands::expire),
        reading("ttl", 2, Keys.FIRST, KeyCommands::timeToLive));
  }

  private static void delete(Call call) {
    call.reply().integer(call.from(1).stream().filter(call.database()::remove).count());
  }

  private static void exists(Call call) {
    Database database = call.database();
    call.reply().integer(call.from(1).stream().filter(key -> database.find(key) != null).count());
  }

  private static void type(Call call) {
    call.reply().simple(nameOfType(call.database().find(call.word(1))));
  }

  private static String nameOfType(@Nullable Entry entry) {
    if (entry == null) {
      return "none";
    }
    if (entry.value() instanceof ArrayDeque) {
      return "list";
    }
    if (entry.value() instanceof Map) {
      return "hash";
    }
    return entry.value() instanceof Set ? "set" : "string";
  }

  private static void keys(Call call) {
    Glob glob = new Glob(call.word(1));
    call.reply().bulks(call.database().keys().stream().filter(glob::matches).toList());
  }

  private static void expire(Call call) throws CommandException {
    ExpireCondition condition = ExpireCondition.of(call.from(3));
    long now = call.keyspace().now();
    long moment = Moments.after(Integers.of(call.word(2)), Moments.SECOND, now, "expire");
    Entry entry = call.database().find(call.word(1));
    if (entry == null || !condition.allows(entry.expiry(), moment)) {
      call.reply().integer(false);
      return;
    }
    if (moment <= now) {
      call.database().remove(entry.key());
    } else {
      call.database().expireAt(entry, moment);
    }
    call.reply().integer(true);
  }

  private static void timeToLive(Call call) {
    Entry entry = call.database().find(call.word(1));
    if (entry == null) {
      call.reply().integer(-2);
    } else if (entry.expiry() == Entry.NEVER) {
      call.reply().integer(-1);
    } else {
      call.reply().integer((entry.expiry() - call.keyspace().now() + 500) / 1000);
    }
  }
}
