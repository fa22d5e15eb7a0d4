package io.netpoll.core.connection;

import io.netpoll.OnDisconnect;

/**
 * Calls OnDisconnect, once, beside the {@link CallbackTask} of its connection, which leaves the
 * close callbacks until that has returned. Made with the run, which starts it by {@link #retry}
 * when the peer is gone: there may be no memory then. It may be started twice.
 */
final class DisconnectCall extends CallbackStep {
  private final OnDisconnect callback;

  DisconnectCall(EngineConnection connection, OnDisconnect callback) {
    super(connection);
    this.callback = callback;
  }

  /** Starts it; any thread. */
  @Override
  public void retry() {
    connection.loop().start(this);
  }

  @Override
  void makeCallbacks() {
    try {
      ENDING.set(connection);
    } catch (Throwable t) { // there is no memory
      connection.loop().postpone(this, t);
      return;
    }
    try {
      tellOnce();
    } finally {
      ENDING.remove();
    }
  }

  private void tellOnce() {
    ConnectionState state = connection.state;
    if ((state.set(ConnectionState.DISCONNECT_BEGUN) & ConnectionState.DISCONNECT_BEGUN) != 0) {
      return;
    }
    try {
      callback.onDisconnect(connection);
    } catch (Throwable t) {
      UserCode.failed("OnDisconnect", connection, t);
    } finally {
      state.set(ConnectionState.DISCONNECT_DONE);
      connection.callbacks.signal(); // close callbacks may have waited for it
    }
  }
}
