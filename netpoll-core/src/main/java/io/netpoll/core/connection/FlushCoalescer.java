package io.netpoll.core.connection;

import io.netpoll.core.execution.LoopThread;
import org.jspecify.annotations.Nullable;

/**
 * Decides which flushes of a connection's callbacks are held back until those return, or until the
 * end of their loop's turn, as inline execution and {@code coalesceFlushes} have it.
 *
 * <p>Each method is called by the thread that is inside the callbacks, or that may be inside some.
 */
final class FlushCoalescer {
  /** Coalesced flushes leave at the latest when they hold this many bytes back. */
  private static final int COALESCED = 64 << 10;

  private FlushCoalescer() {}

  /** To be called early: a class that is first needed when there is no memory is lost for good. */
  static void load() {}

  /** Whether a flush by the calling thread waits for the end of the run it is in. */
  static boolean defers(EngineConnection connection) {
    return connection.callbacks.isOn(Thread.currentThread())
        && (connection.loop().isInline()
            || (connection.settings.coalesceFlushes
                && connection.out.pending() < COALESCED
                && (connection.in.unread() > 0 || leavesSends(connection, LoopThread.current()))));
  }

  /** Whether what {@code runner} flushes may wait until other connections have had their turn. */
  private static boolean leavesSends(EngineConnection connection, @Nullable LoopThread runner) {
    return runner != null
        && runner.leavesSends(connection.loop().handlers)
        && !connection.out.isHigh() // a flush waits for that, or input
        && !connection.out.hasFiles(); // they may have to be read from a disk, in no hurry
  }

  /** The run ends: sends what it deferred, or leaves that to the end of the turn. */
  static void sendOrLeave(EngineConnection connection) {
    ConnectionOutput out = connection.out;
    LoopThread thread = LoopThread.current();
    if (thread != null
        && out.isDeferred()
        && connection.settings.coalesceFlushes
        && leavesSends(connection, thread)) {
      out.leaveDeferred(thread);
    } else {
      out.sendDeferred();
    }
  }
}
