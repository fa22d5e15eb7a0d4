package io.netpoll.core.connection;

import io.netpoll.core.loop.TimerWheel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Closes a connection on which nothing was received or sent for a time. A thread that moves bytes
 * notes when, and does nothing else; the leader looks when the time could be over, and then again
 * when it could be over since the last movement. So a busy connection costs one timer a timeout,
 * and no object for it. To look no more is to {@link #cancel()}.
 */
final class Inactivity extends TimerWheel.Timer {
  private static final VarHandle LAST;

  static {
    try {
      LAST = MethodHandles.lookup().findVarHandle(Inactivity.class, "last", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How long a caller that reads the socket itself has for what has come. */
  private static final long LOOK_NANOS = 100_000_000;

  private final EngineConnection connection;
  private volatile long timeoutNanos;

  /** Whether what may be in the socket was looked for, in vain. Leader only. */
  private boolean looked;

  /** When bytes moved last. Opaque: the leader needs to see it before long, and nothing with it. */
  @SuppressWarnings("unused") // through LAST
  private long last;

  Inactivity(EngineConnection connection, long timeoutNanos) {
    this.connection = connection;
    timeout(timeoutNanos);
  }

  /** Sets the timeout, counted from now; 0 for none. Any thread, which lets the leader look. */
  void timeout(long nanos) {
    recordActivity();
    timeoutNanos = nanos;
  }

  /** Bytes were received or sent. Any thread. */
  void recordActivity() {
    LAST.setOpaque(this, System.nanoTime());
  }

  /** Closes the connection if the time is over, and else looks again then. Leader only. */
  @Override
  public void run() {
    cancel();
    long timeout = timeoutNanos;
    if (timeout == 0 || connection.state.has(ConnectionState.CLOSING)) {
      return;
    }
    ConnectionLoop loop = connection.loop();
    long over = (long) LAST.getOpaque(this) + timeout;
    if (loop.caughtUpTo() - over < 0) { // what came since may wait in the socket
      looked = false;
      loop.timers().schedule(over - System.nanoTime(), this);
    } else if (!looked && connection.in.callers != null) { // which reads, or has not read yet
      connection.in.look();
      looked = true;
      loop.timers().schedule(LOOK_NANOS, this);
    } else {
      connection.closeForInactivity(timeout);
    }
  }
}
