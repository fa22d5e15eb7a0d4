package io.netpoll.core;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that does the I/O of a poll loop in its leader's place, while {@link Lending}
 * says that the loop is lent: it wakes the callers whose bytes came, lets them run, polls without
 * waiting, and so on, until nothing is there, something is for the leader, or its term is over.
 *
 * <p>It does I/O only, and calls no handler and no executor: a handler, a task or a timer that is
 * due ends its turn. It never waits for the network, which would pin its carrier; what it may wait
 * for are locks that are held for a moment (of the page pool, of the logging system).
 */
final class Deputy {
  /**
   * How long it keeps its carrier. A carrier serves its own queue first, and whom the deputy wakes
   * is in there: without an end, virtual threads that others have made runnable would never run.
   */
  private static final long TERM_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final Set<Thread> DEPUTIES = ConcurrentHashMap.newKeySet();

  private final PollLoop loop;
  private final Lending lending;
  private final CallerWakeUps callers;
  private final BooleanSupplier hasTasks;
  private volatile boolean over;

  /** Written by the leader; a thread that compares it with itself is the deputy, or reads null. */
  private @Nullable Thread thread;

  Deputy(PollLoop loop, Lending lending, CallerWakeUps callers) {
    this.loop = loop;
    this.lending = lending;
    this.callers = callers;
    this.hasTasks = loop::hasTasks;
  }

  // ---- The leader ----------------------------------------------------------------------------

  /**
   * Lends the loop with the callers that are to be woken, and waits until it comes back, if that is
   * better than to poll.
   */
  boolean lend() {
    if (!callers.areVirtual() || !lending.pays() || !start()) {
      return false;
    }
    lending.lend(); // from here on nothing may throw until the loop is back
    Await.wake(thread); // if it cannot be woken, the leader's patience ends the loan
    lending.awaitReturn(hasTasks);
    return true;
  }

  /** Starts the thread, or another one if that has died. */
  private boolean start() {
    if (thread != null && thread.isAlive()) {
      return true;
    }
    try {
      thread = VirtualThreads.factory("netpoll-deputy-").newThread(this::serve);
      thread.start();
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      lending.refused();
      PollLoop.reportSometimes(
          "No virtual thread could be started to do a poll loop's I/O; its leader does it.", e);
      return false;
    }
  }

  /** Ends the thread; the loop is the leader's. */
  void end() {
    over = true;
    Await.wake(thread);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Whether the calling thread does the loop's I/O in its leader's place. */
  boolean isCaller() {
    return thread == Thread.currentThread();
  }

  /** Whether the calling thread does some loop's I/O: it must not call user code. */
  static boolean isAnyCaller() {
    return DEPUTIES.contains(Thread.currentThread());
  }

  // ---- The deputy ----------------------------------------------------------------------------

  private void serve() {
    DEPUTIES.add(Thread.currentThread());
    try {
      takeTurns();
    } finally {
      DEPUTIES.remove(Thread.currentThread());
    }
  }

  private void takeTurns() {
    long begin = System.nanoTime();
    while (!over) {
      boolean holds = lending.hold();
      boolean goesOn = holds && System.nanoTime() - begin < TERM_NANOS;
      if (goesOn) {
        takeTurn();
      } else {
        if (holds) {
          lending.giveBack();
        }
        Thread.interrupted(); // nobody's business here, and parking would spin on it
        LockSupport.park(this);
        begin = System.nanoTime();
      }
    }
  }

  /** Wakes the callers that it was lent the loop with, or those that a poll finds; they run. */
  private void takeTurn() {
    boolean woken = false;
    try {
      boolean polls = callers.count() == 0;
      if (polls) {
        poll();
      }
      woken = callers.count() > 0 && loop.isIdle();
      if (woken) {
        callers.wake();
        if (polls) {
          lending.found();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      woken = false; // the leader meets it too, and can end the loop
    }
    if (!woken) {
      lending.giveBack();
      return;
    }
    lending.lendOn();
    if (loop.hasTasks()) {
      lending.wakeLeader();
    }
    Thread.yield();
  }

  /** Uses up the batch and the next one, unless something is for the leader to do. */
  private void poll() throws IOException {
    loop.dispatchForCallers();
    if (loop.isIdle() && loop.pollAtOnce() > 0) {
      loop.dispatchForCallers();
    }
  }
}
