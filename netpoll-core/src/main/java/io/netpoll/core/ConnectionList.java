package io.netpoll.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open connections of a poll loop, chained through themselves. Leader only. */
final class ConnectionList {
  private @Nullable EngineConnection first;

  void add(EngineConnection connection) {
    connection.next = first;
    if (first != null) {
      first.previous = connection;
    }
    first = connection;
  }

  /** Takes out one that is in. */
  void remove(EngineConnection connection) {
    if (connection.previous == null) {
      first = connection.next;
    } else {
      connection.previous.next = connection.next;
    }
    if (connection.next != null) {
      connection.next.previous = connection.previous;
    }
    connection.previous = null;
    connection.next = null;
  }

  /** One of them, or null if there is none. */
  @Nullable EngineConnection first() {
    return first;
  }

  /**
   * Calls an action with each.
   *
   * @param action may remove the connection that it is given
   */
  void forEach(Consumer<EngineConnection> action) {
    EngineConnection connection = first;
    while (connection != null) {
      EngineConnection next = connection.next;
      action.accept(connection);
      connection = next;
    }
  }
}
