package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/** The commands about the server and its databases as a whole. */
final class ServerCommands {
  /** What CONFIG GET tells: nothing of it can be set. */
  private static final Map<String, String> CONFIGURATION =
      new TreeMap<>(
          Map.of(
              "appendonly", "no",
              "databases", Integer.toString(Keyspace.DATABASES),
              "maxmemory", "0",
              "proto-max-bulk-len", "536870912",
              "save", ""));

  private final IntSupplier clients;

  /**
   * Makes commands.
   *
   * @param clients the number of clients now
   */
  ServerCommands(IntSupplier clients) {
    this.clients = clients;
  }

  List<Command> all() {
    List<Command> config = List.of(reading("config|get", -3, Keys.NONE, ServerCommands::config));
    return List.of(
        reading("dbsize", 1, Keys.NONE, call -> call.reply().integer(call.database().size())),
        writing("flushall", -1, Keys.NONE, ServerCommands::flushAll),
        reading("info", -1, Keys.NONE, this::info),
        reading("command", -1, Keys.NONE, new Introspection()),
        reading("config", -2, Keys.NONE, new Subcommands("config", config)));
  }

  private static void flushAll(Call call) throws CommandException {
    if (call.count() > 2 || call.count() == 2 && !isFlushMode(call.word(1))) {
      throw CommandException.syntax();
    }
    for (int i = 0; i < Keyspace.DATABASES; i++) {
      call.keyspace().database(i).clear();
    }
    call.reply().ok();
  }

  private static boolean isFlushMode(String word) {
    return word.equalsIgnoreCase("async") || word.equalsIgnoreCase("sync");
  }

  private static void config(Call call) {
    Map<String, String> found = new TreeMap<>();
    for (String pattern : call.from(2)) {
      Glob glob = new Glob(pattern.toLowerCase(Locale.ROOT));
      CONFIGURATION.forEach(
          (name, value) -> {
            if (glob.matches(name)) {
              found.put(name, value);
            }
          });
    }
    call.reply().array(2 * found.size());
    found.forEach(
        (name, value) -> {
          call.reply().bulk(name);
          call.reply().bulk(value);
        });
  }

  private void info(Call call) {
    StringBuilder text = new StringBuilder();
    List<String> sections = call.from(1).stream().map(Command::normalized).toList();
    if (isWanted(sections, "server")) {
      text.append("# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\nprocess_id:")
          .append(ProcessHandle.current().pid())
          .append("\r\n\r\n");
    }
    if (isWanted(sections, "clients")) {
      text.append("# Clients\r\nconnected_clients:").append(clients.getAsInt()).append("\r\n\r\n");
    }
    if (isWanted(sections, "keyspace")) {
      text.append("# Keyspace\r\n");
      for (int i = 0; i < Keyspace.DATABASES; i++) {
        describe(i, call.keyspace(), text);
      }
    }
    call.reply().bulk(text.toString());
  }

  private static boolean isWanted(List<String> sections, String section) {
    return sections.isEmpty()
        || sections.contains(section)
        || sections.contains("all")
        || sections.contains("default")
        || sections.contains("everything");
  }

  private static void describe(int number, Keyspace keyspace, StringBuilder text) {
    Database database = keyspace.database(number);
    keyspace.removeExpired(database);
    if (database.size() > 0) {
      text.append("db")
          .append(number)
          .append(":keys=")
          .append(database.size())
          .append(",expires=")
          .append(database.expiring())
          .append(",avg_ttl=0\r\n");
    }
  }
}
