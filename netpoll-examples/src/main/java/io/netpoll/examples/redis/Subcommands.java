package io.netpoll.examples.redis;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The action of a command whose second word says what to do, such as CLIENT ID. */
final class Subcommands implements Command.Action {
  private static final int SHOWN = 128;

  private final String container;
  private final Map<String, Command> commands = new HashMap<>();

  /**
   * Makes an action.
   *
   * @param container the name of the command, in lower case
   * @param commands what its second word may say; their names begin with the command's
   */
  Subcommands(String container, List<Command> commands) {
    this.container = container;
    for (Command command : commands) {
      this.commands.put(command.name(), command);
    }
  }

  @Override
  public void run(Call call) throws CommandException {
    String name = call.word(1);
    Command command = commands.get(container + "|" + Command.normalized(name));
    if (command == null) {
      throw new CommandException(
          "ERR unknown subcommand '"
              + CommandException.shown(name, SHOWN)
              + "'. Try "
              + container.toUpperCase(Locale.ROOT)
              + " HELP.");
    }
    command.check(call.count());
    command.action().run(call);
  }
}
