package io.netpoll.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which flushes of a run are held back until its end, or until the end of its loop's turn,
 * as inline execution and {@code coalesceFlushes} have it, and knows which run of the calling
 * thread holds some back, so that they are sent before the thread waits.
 *
 * <p>Each method is called by the thread that is inside the run, or that may be inside one; what is
 * sent on another thread's behalf is {@link ConnectionRun#sendHeld}.
 */
final class HeldFlushes {
  /** Coalesced flushes leave at the latest when they hold this many bytes back. */
  private static final int COALESCED = 64 << 10;

  /** The run that a thread is in, if it holds flushes back; a {@link LoopThread} knows its own. */
  private static final ThreadLocal<@Nullable ConnectionRun> HOLDING = new ThreadLocal<>();

  private HeldFlushes() {}

  /** To be called early: a class that is first needed when there is no memory is lost for good. */
  static void load() {
    Objects.requireNonNull(HOLDING);
  }

  /** Whether a flush by the calling thread is to wait for the end of the run it is in. */
  static boolean defers(EngineConnection connection) {
    return connection.run.isOn(Thread.currentThread())
        && (connection.group().isInline()
            || (connection.settings.coalesceFlushes
                && connection.out.pending() < COALESCED
                && (connection.in.unread() > 0 || leavesSends(connection, LoopThread.current()))));
  }

  /** Whether what {@code runner} flushes may wait until other connections have had their turn. */
  private static boolean leavesSends(EngineConnection connection, @Nullable LoopThread runner) {
    return runner != null
        && runner.leavesSends(connection.loop())
        && !connection.out.isHigh() // a flush is to wait for that, or input
        && !connection.out.hasFiles(); // they may have to be read from a disk, in no hurry
  }

  /** The run ends: sends what it deferred, or leaves that to the end of the turn. */
  static void sendOrLeave(EngineConnection connection) {
    OutputSide out = connection.out;
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

  /** Notes that the run which the calling thread is in holds flushes back; null: no longer. */
  static void setHolding(@Nullable ConnectionRun run) {
    LoopThread thread = LoopThread.current();
    if (thread != null) {
      thread.setHolding(run);
    } else {
      HOLDING.set(run); // to remove it would cost an entry for each batch
    }
  }

  /** Sends what the handler holds back that the calling thread is in, if it is in one. */
  static void sendByCaller() {
    LoopThread thread = LoopThread.current();
    OutputSide unsent = thread == null ? null : thread.takeUnsent();
    if (unsent != null) { // by the handler call before, in the same run
      unsent.sendHeld();
    }
    ConnectionRun holding = thread == null ? HOLDING.get() : thread.holding();
    if (holding != null) {
      holding.connection.out.sendHeld();
    }
  }
}
