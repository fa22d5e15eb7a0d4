package io.netpoll.core.connection;

import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.LoopTasks;
import io.netpoll.core.loop.Residents;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of a poll loop, chained through themselves. Leader only.
 *
 * <p>It is the step that mends what was broken off in the middle. Whenever something on the loop
 * has failed, for want of memory as a rule, the loop {@linkplain LoopTasks#soon takes} this step,
 * which takes no memory, and then each connection is {@linkplain LoopEndpoint#lookOver looked
 * over}: one that stands between two states is taken to the next, or reset. So no step of a
 * connection's life has to care for those after it.
 */
final class ConnectionList extends Residents {
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
  public void retry() {
    EngineConnection connection = first;
    while (connection != null) {
      EngineConnection next = connection.next;
      connection.endpoint.lookOver();
      connection = next;
    }
  }

  @Override
  public void resetAll() {
    forEach(EngineConnection::reset);
  }

  @Override
  public void endAll() {
    EngineConnection untold;
    while ((untold = first) != null) {
      try {
        untold.endpoint.closed();
      } catch (Throwable t) {
        LoopFailures.report("A connection could not be told that its poller is closed.", t);
        if (untold == first) {
          untold.loop().remove(untold);
        }
      }
    }
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
