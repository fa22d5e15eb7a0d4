package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;

import io.netpoll.examples.redis.Command.Keys;
import java.util.List;

/** The commands about the client's own connection. */
final class ConnectionCommands {
  private ConnectionCommands() {}

  static List<Command> all() {
    List<Command> client =
        List.of(
            reading("client|id", 2, Keys.NONE, call -> call.reply().integer(call.session().id())),
            reading("client|getname", 2, Keys.NONE, ConnectionCommands::name),
            reading("client|setname", 3, Keys.NONE, ConnectionCommands::rename));
    return List.of(
        reading("ping", -1, Keys.NONE, ConnectionCommands::ping),
        reading("echo", 2, Keys.NONE, call -> call.reply().bulk(call.word(1))),
        reading("select", 2, Keys.NONE, ConnectionCommands::select),
        reading("quit", -1, Keys.NONE, ConnectionCommands::quit),
        reading("client", -2, Keys.NONE, new Subcommands("client", client)));
  }

  private static void ping(Call call) throws CommandException {
    switch (call.count()) {
      case 1 -> call.reply().simple("PONG");
      case 2 -> call.reply().bulk(call.word(1));
      default -> throw CommandException.wrongNumber("ping");
    }
  }

  private static void select(Call call) throws CommandException {
    long number = Integers.of(call.word(1));
    if (number < 0 || number >= Keyspace.DATABASES) {
      throw new CommandException("ERR DB index is out of range");
    }
    call.session().select((int) number);
    call.reply().ok();
  }

  private static void quit(Call call) {
    call.session().quit();
    call.reply().ok();
  }

  private static void name(Call call) {
    String name = call.session().name();
    call.reply().bulk(name.isEmpty() ? null : name);
  }

  private static void rename(Call call) throws CommandException {
    String name = call.word(2);
    if (name.chars().anyMatch(c -> c < '!' || c > '~')) {
      throw new CommandException(
          "ERR Client names cannot contain spaces, newlines or special characters.");
    }
    call.session().rename(name);
    call.reply().ok();
  }
}
