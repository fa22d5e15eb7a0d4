package io.netpoll.examples.redis;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds commands by their names, in upper or lower case. Immutable. */
final class CommandTable {
  private static final int SHOWN = 128; // of what an unknown command says

  private final Map<String, Command> commands = new HashMap<>();
  private final Map<String, Command> spellings = new HashMap<>();

  CommandTable(List<List<Command>> groups) {
    for (List<Command> group : groups) {
      for (Command command : group) {
        commands.put(command.name(), command);
        spellings.put(command.name(), command);
        spellings.put(command.name().toUpperCase(Locale.ROOT), command);
      }
    }
  }

  Collection<Command> all() {
    return commands.values();
  }

  /** Finds a command by its name in any case. */
  @Nullable Command find(String name) {
    Command command = spellings.get(name);
    return command != null ? command : commands.get(Command.normalized(name));
  }

  /**
   * Finds the command of these words.
   *
   * @throws CommandException if there is none, or their number is wrong
   */
  Command require(List<String> words) throws CommandException {
    Command command = find(words.get(0));
    if (command == null) {
      throw unknown(words);
    }
    command.check(words.size());
    return command;
  }

  private static CommandException unknown(List<String> words) {
    StringBuilder arguments = new StringBuilder();
    for (String word : words.subList(1, words.size())) {
      if (arguments.length() >= SHOWN) {
        break;
      }
      arguments
          .append('\'')
          .append(CommandException.shown(word, SHOWN - arguments.length()))
          .append("' ");
    }
    return new CommandException(
        "ERR unknown command '"
            + CommandException.shown(words.get(0), SHOWN)
            + "', with args beginning with: "
            + arguments);
  }
}
