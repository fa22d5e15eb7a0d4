package io.netpoll.core;

import io.netpoll.ConnectionClosedException;

/** A callback of the user's, ready to be called. */
@FunctionalInterface
interface UserCode {

  void run() throws Exception;

  /**
   * Calls it; whatever it throws closes its connection and harms nothing else.
   *
   * @param name of the callback, for the log
   */
  default void call(String name, EngineConnection connection) {
    try {
      run();
    } catch (Throwable t) {
      logFailure(name, connection, t);
      connection.close();
    }
  }

  private static void logFailure(String name, EngineConnection connection, Throwable t) {
    System.Logger.Level level =
        t instanceof ConnectionClosedException
            ? System.Logger.Level.DEBUG
            : System.Logger.Level.WARNING;
    try {
      Log.CONNECTION.log(
          level, name + " of the connection to " + connection.peer() + " failed; it is closed.", t);
    } catch (Throwable cannotLog) {
      // No memory, or the logging system is broken: no reason to leave the connection open.
    }
  }
}
