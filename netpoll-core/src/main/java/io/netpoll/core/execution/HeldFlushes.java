package io.netpoll.core.execution;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Knows which handler's task of the calling thread holds flushes back, so that they are sent before
 * the thread waits.
 *
 * <p>Each method is called by the thread that is inside the run, or that may be inside one; what is
 * sent on another thread's behalf is {@link HandlerTask#sendHeld}.
 */
public final class HeldFlushes {
  /** The run that a thread is in, if it holds flushes back; a {@link LoopThread} knows its own. */
  private static final ThreadLocal<@Nullable HandlerTask> HOLDING = new ThreadLocal<>();

  private HeldFlushes() {}

  /** To be called early: a class that is first needed when there is no memory is lost for good. */
  public static void load() {
    Objects.requireNonNull(HOLDING);
  }

  /** Notes that the run which the calling thread is in holds flushes back; null: no longer. */
  public static void setHolding(@Nullable HandlerTask run) {
    LoopThread thread = LoopThread.current();
    if (thread != null) {
      thread.setHolding(run);
    } else {
      HOLDING.set(run); // to remove it would cost an entry for each batch
    }
  }

  /** Sends what the handler holds back that the calling thread is in, if it is in one. */
  public static void sendByCaller() {
    LoopThread thread = LoopThread.current();
    LeftOutput unsent = thread == null ? null : thread.takeUnsent();
    if (unsent != null) { // by the handler call before, in the same run
      unsent.sendHeld();
    }
    HandlerTask holding = thread == null ? HOLDING.get() : thread.holding();
    if (holding != null) {
      holding.sendHeld();
    }
  }
}
