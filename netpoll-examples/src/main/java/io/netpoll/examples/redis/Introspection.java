package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;

import io.netpoll.examples.redis.Command.Keys;
import java.util.Collection;
import java.util.List;

/** The action of COMMAND, which tells clients what they may call. */
final class Introspection implements Command.Action {
  private final Command.Action subcommands =
      new Subcommands(
          "command",
          List.of(
              reading("command|count", 2, Keys.NONE, Introspection::count),
              reading("command|docs", -2, Keys.NONE, call -> call.reply().array(0)),
              reading("command|info", -2, Keys.NONE, Introspection::some)));

  @Override
  public void run(Call call) throws CommandException {
    if (call.count() == 1) {
      all(call);
    } else {
      subcommands.run(call);
    }
  }

  private static void all(Call call) {
    Collection<Command> commands = call.session().commands().all();
    call.reply().array(commands.size());
    commands.forEach(command -> command.describe(call.reply()));
  }

  private static void count(Call call) {
    call.reply().integer(call.session().commands().all().size());
  }

  private static void some(Call call) {
    call.reply().array(call.count() - 2);
    for (String name : call.from(2)) {
      Command command = call.session().commands().find(name);
      if (command == null) {
        call.reply().bulk(null);
      } else {
        command.describe(call.reply());
      }
    }
  }
}
