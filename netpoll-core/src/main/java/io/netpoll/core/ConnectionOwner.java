package io.netpoll.core;

/** Who answers for accepted connections: counts them, and shuts them down. */
public interface ConnectionOwner {

  /**
   * A connection was accepted and is watched. Called on its loop's thread before any callback.
   *
   * @param connection the connection
   */
  void opened(EngineConnection connection);

  /**
   * A connection's socket is closed and its close callbacks have run. Called once, on any thread.
   *
   * @param connection the connection
   */
  void closed(EngineConnection connection);
}
