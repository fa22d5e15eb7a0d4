package io.netpoll.examples.redis;

import io.netpoll.Connection;
import java.io.IOException;
import java.util.List;

/**
 * One client: its connection, its name and the database it selected. Its calls come one at a time,
 * on whichever thread the library runs them.
 */
final class Session {
  private final Connection connection;
  private final long id;
  private final Keyspace keyspace;
  private final CommandTable commands;
  private final CommandReader reader;
  private final Reply reply;
  private int selected;
  private String name = "";
  private boolean quit;

  Session(Connection connection, long id, Keyspace keyspace, CommandTable commands) {
    this.connection = connection;
    this.id = id;
    this.keyspace = keyspace;
    this.commands = commands;
    this.reader = new CommandReader(connection.reader());
    this.reply = new Reply(connection.writer());
  }

  /**
   * Reads one command, waiting for the rest of it, and answers it.
   *
   * @throws IOException if reading or sending failed
   */
  void serve() throws IOException {
    try {
      List<String> words = reader.next();
      if (!words.isEmpty()) {
        answer(words);
      }
    } catch (ProtocolException e) {
      reply.error("ERR " + e.getMessage());
      quit = true;
    }
    connection.writer().flush();
    if (quit) {
      connection.close();
    }
  }

  private void answer(List<String> words) {
    try {
      keyspace.run(commands.require(words), new Call(words, this, keyspace, reply));
    } catch (CommandException e) {
      reply.error(e.getMessage());
    }
  }

  /** The commands that this client may call. */
  CommandTable commands() {
    return commands;
  }

  long id() {
    return id;
  }

  int selected() {
    return selected;
  }

  void select(int database) {
    selected = database;
  }

  String name() {
    return name;
  }

  void rename(String newName) {
    name = newName;
  }

  /** Closes the connection after the answer. */
  void quit() {
    quit = true;
  }
}
