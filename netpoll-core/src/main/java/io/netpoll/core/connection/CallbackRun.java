package io.netpoll.core.connection;

import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.HandlerTask;
import io.netpoll.core.execution.HeldFlushes;
import io.netpoll.core.execution.StartPolicy;
import io.netpoll.core.loop.LoopFailures;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A run of a connection's callbacks: starts when it was signalled, on whichever thread the {@link
 * HandlerStarter} chose, makes callbacks for as long as one is due, and ends unless a signal came
 * meanwhile. Which callback is due says {@link CallbackTask}.
 *
 * <p>Any thread signals that there may be something to do; {@link ConnectionState} decides which
 * thread starts the run then.
 */
abstract class CallbackRun extends CallbackStep implements HandlerTask {
  /** How many callbacks one run makes before others get their turn. */
  private static final int PASSES = 64;

  static {
    HeldFlushes.load();
    FlushCoalescer.load();
  }

  final ConnectionState state;

  /** Where runs start, if they may start on the loop in adaptive execution; null if not. */
  private final @Nullable StartPolicy policy;

  /** The thread that is inside the run; others compare it with a thread they know to be there. */
  private @Nullable Thread runner;

  /** Whether the runner knows that this run holds flushes back. The run only. */
  private boolean holding;

  CallbackRun(EngineConnection connection) {
    super(connection);
    this.state = connection.state;
    this.policy =
        connection.loop().isMovable() ? new StartPolicy(connection.settings.startSeed) : null;
  }

  /**
   * Makes the next callback. The run only.
   *
   * @return whether there may be another one to make at once
   */
  abstract boolean pass(int seen);

  // ---- Any thread --------------------------------------------------------------------------

  /** There may be something to do. */
  void signal() {
    if (state.signal()) {
      start();
    }
  }

  private void start() {
    if (policy == null || policy.startsOnLoop()) {
      connection.loop().start(this);
    } else {
      connection.loop().startElsewhere(this);
    }
  }

  @Override
  public void retry() {
    start();
  }

  /** Whether {@code thread}, which asks or waits for the answer, is inside the run. */
  boolean isOn(Thread thread) {
    return runner == thread;
  }

  /** A flush within the run is held back until its end, or a wait. */
  void holdsBack() {
    if (!holding && connection.settings.coalesceFlushes) {
      HeldFlushes.setHolding(this);
      holding = true;
    }
  }

  /** The watch-dog has passed the loop on during the run. */
  @Override
  public void preempted() {
    if (policy != null) {
      policy.preempted();
    }
    sendHeld();
  }

  /** Sends what is held back. On any thread, at any time. */
  @Override
  public void sendHeld() {
    if (connection.settings.coalesceFlushes) {
      VarHandle.fullFence(); // pairs with the one of HandlerLoop.isLedFromWithin
      connection.out.sendHeld();
    }
  }

  /** A reader or writer has waited since {@code start}. On the waiting thread. */
  void waitedSince(long start) {
    if (policy != null && isOn(Thread.currentThread())) {
      policy.waited(System.nanoTime() - start);
    }
  }

  // ---- The run -----------------------------------------------------------------------------

  /** Makes the callbacks that are due. On whichever thread the starter chose. */
  @Override
  void makeCallbacks() {
    int seen = state.begin();
    if (seen == ConnectionState.NOT_SCHEDULED) {
      return;
    }
    boolean more;
    try {
      more = makePasses(seen);
    } catch (Throwable t) { // not the user's code: there is no memory, or a fault of this library
      breakOff(t);
      return;
    }
    if (more) {
      state.yield();
      start();
    }
    connection.in.resumeBehindFence();
  }

  /**
   * Makes callbacks until there is nothing to do, and ends the run then.
   *
   * @return whether the run goes on, after others had their turn
   */
  private boolean makePasses(int begun) {
    int seen = begun;
    boolean timed = policy != null && policy.isSampled();
    long start = timed ? System.nanoTime() : 0;
    int passes = 0;
    enter();
    for (; ; ) {
      if (pass(seen)) {
        if (++passes == PASSES) {
          leave(timed ? System.nanoTime() - start : 0, passes);
          return true;
        }
      } else {
        leave(timed ? System.nanoTime() - start : 0, passes);
        if (state.end()) {
          return false;
        }
        timed = false;
        enter();
      }
      seen = state.consumeSignal();
    }
  }

  /** Resets the connection, and has the run go on later, which must see the end of it. */
  private void breakOff(Throwable t) {
    runner = null;
    try {
      connection.reset();
      holdsNoMore();
      LoopFailures.reportSometimes(
          "The callbacks of a connection broke off, and it is reset: give the process more memory.",
          t);
    } finally {
      state.yield();
      connection.loop().postpone(this, t);
    }
  }

  private void holdsNoMore() {
    if (holding) {
      holding = false;
      HeldFlushes.setHolding(null);
    }
  }

  private void enter() {
    runner = Thread.currentThread();
  }

  private void leave(long nanos, int calls) {
    FlushCoalescer.sendOrLeave(connection);
    holdsNoMore();
    if (policy != null) {
      policy.ran(nanos, calls);
    }
    runner = null;
  }
}
