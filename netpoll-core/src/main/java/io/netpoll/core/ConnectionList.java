package io.netpoll.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of a poll loop, chained through themselves. Leader only.
 *
 * <p>It is the step that mends what was broken off in the middle. Whenever something on the loop
 * has failed, for want of memory as a rule, the loop {@linkplain PollLoop#postpone postpones} this
 * step, which takes no memory, and then each connection is {@linkplain LeaderSide#lookOver looked
 * over}: one that stands between two states is taken to the next, or reset. So no step of a
 * connection's life has to care for those behind it.
 */
final class ConnectionList extends Postponed.Step {
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

  /** Looks over all. Throws nothing. */
  @Override
  void retry() {
    EngineConnection connection = first;
    while (connection != null) {
      EngineConnection next = connection.next;
      connection.leader.lookOver();
      connection = next;
    }
  }

  @Override
  void abandon() {
    // A loop that ends tells all of them that they are closed.
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
