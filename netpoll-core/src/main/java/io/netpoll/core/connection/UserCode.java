package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.core.loop.Log;

/** What becomes of a callback of the user's that throws: its connection is closed, and no other. */
final class UserCode {
  private UserCode() {}

  /**
   * Logs the failure and closes the connection.
   *
   * @param name of the callback, for the log
   */
  static void failed(String name, EngineConnection connection, Throwable t) {
    try {
      Log.CONNECTION.log(
          t instanceof ConnectionClosedException
              ? System.Logger.Level.DEBUG
              : System.Logger.Level.WARNING,
          name + " of the connection to " + connection.peer() + " failed; it is closed.",
          t);
    } catch (Throwable noMemory) {
      // There is none for the message: no reason to leave the connection open.
    }
    connection.close();
  }
}
