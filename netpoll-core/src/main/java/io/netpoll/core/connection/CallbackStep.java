package io.netpoll.core.connection;

import io.netpoll.core.execution.ContextLoader;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.loop.RetryQueue;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of a connection that must be made, whatever fails to start them. {@link HandlerStarter}
 * starts them; where it cannot, the leader of the connection's loop {@linkplain #retry tries
 * again}, and where that loop has ended, they are started on a thread of their own, once. One for
 * which that fails as well is given up.
 */
abstract class CallbackStep extends RetryQueue.Step implements Runnable {
  /**
   * The connection whose OnDisconnect or close callbacks the thread is in. To set it may need
   * memory.
   */
  static final ThreadLocal<@Nullable EngineConnection> ENDING = new ThreadLocal<>();

  final EngineConnection connection;

  /** The thread that abandons it only. */
  private boolean abandoned;

  CallbackStep(EngineConnection connection) {
    this.connection = connection;
  }

  /** On whichever thread the {@link HandlerStarter} chose. */
  @Override
  public final void run() {
    ClassLoader before = connection.settings.context.enter();
    try {
      makeCallbacks();
    } finally {
      ContextLoader.leave(before);
    }
  }

  /** Makes the callbacks that are due. */
  abstract void makeCallbacks();

  @Override
  public final void abandon() {
    if (!abandoned) {
      abandoned = true;
      connection.loop().startAlone(this);
    }
  }

  /** The connection whose OnDisconnect or close callbacks the caller is in, if it is in one. */
  static @Nullable EngineConnection endingByCaller() {
    return ENDING.get();
  }
}
