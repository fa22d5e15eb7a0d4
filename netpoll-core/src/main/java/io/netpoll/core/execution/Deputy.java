package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.PollLoop;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that does the I/O of a poll loop in its leader's place, while {@link Lending}
 * says that the loop is lent: it wakes some of the callers whose bytes came, lets them run, reads
 * and wakes the next ones, polls without waiting, and so on, until nothing is there, something is
 * for the leader, or its term is over. Behind its term it ends, and the next loan is another one's.
 *
 * <p>It does I/O only, and calls no handler and no executor: a handler, a task or a timer that is
 * due ends its turn. It never waits for the network, which would pin its carrier; what it may wait
 * for are locks that are held for a moment (of the page pool, of the logging system).
 */
final class Deputy {
  /**
   * How long it keeps its carrier. A carrier serves its own queue first, and whom the deputy wakes
   * is in there: without an end, virtual threads that others have made runnable would never run. It
   * does not suffice to park then: the leader, which has the loop back, may lend it again before
   * that. A thread that the leader starts is in a queue behind the others.
   */
  private static final long TERM_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Behind such a pause its carrier has served others, and a term begins. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * How many callers a turn wakes at most: what a read has brought is in the processor's caches
   * still when they use it, and turns are short beside the leader's patience.
   */
  private static final int CALLERS_AT_A_TURN = 16;

  /** Those of all loops that have begun and not ended. */
  static final Set<Thread> DEPUTIES = ConcurrentHashMap.newKeySet();

  private final PollLoop loop;
  private final Lending lending;
  private final UnparkBatch callers;
  private final Watched watched = new Watched();
  private volatile boolean over;

  /** Made by the leader when it lends for the first time. */
  private @Nullable ThreadFactory threads;

  /** Written by the leader; a thread that compares it with itself is the deputy, or reads null. */
  private @Nullable Thread thread;

  /** The owner of the loop only: whether the thread's term is over. */
  private boolean retired;

  Deputy(PollLoop loop, Lending lending, UnparkBatch callers) {
    this.loop = loop;
    this.lending = lending;
    this.callers = callers;
  }

  // ---- The leader ----------------------------------------------------------------------------

  /**
   * Lends the loop with the callers that are to be woken, and waits until it comes back, if that is
   * better than to poll. If the deputy did not come to wake all of them, they are still to be
   * woken.
   */
  boolean lend() {
    if (!callers.areVirtual() || !lending.pays() || !start()) {
      return false;
    }
    lending.lend(); // from here on nothing may throw until the loop is back
    Await.wake(thread); // if it cannot be woken, the leader's patience ends the loan
    lending.awaitReturn(watched, watched);
    return true;
  }

  /** What the leader looks at while the loop is away. */
  private final class Watched implements LongSupplier, BooleanSupplier {
    @Override
    public long getAsLong() {
      return loop.counters().writes();
    }

    @Override
    public boolean getAsBoolean() {
      return loop.tasks.any();
    }
  }

  /** Starts a thread, if there is none whose term is not over. */
  private boolean start() {
    if (thread != null && !retired && thread.isAlive()) {
      return true;
    }
    try {
      if (threads == null) {
        threads = VirtualThreads.factory("netpoll-deputy-");
      }
      Thread next = threads.newThread(this::serve);
      thread = next;
      retired = false;
      next.start();
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      lending.refused();
      LoopFailures.reportSometimes(
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
      if (!lending.hold()) {
        Thread.interrupted(); // nobody's business here, and parking would spin on it
        long parked = System.nanoTime();
        LockSupport.park(this);
        long now = System.nanoTime();
        if (now - parked >= PAUSE_NANOS) {
          begin = now;
        }
      } else if (!takeTurn()) {
        lending.giveBack();
      } else if (System.nanoTime() - begin >= TERM_NANOS) {
        retired = true;
        lending.giveBack();
        return;
      } else {
        lendOn();
      }
    }
  }

  /**
   * Wakes callers that it was lent the loop with, or some that are found.
   *
   * @return false if there is none, or something is for the leader to do
   */
  private boolean takeTurn() {
    try {
      if (callers.count() == 0) {
        findCallers();
      }
      if (callers.count() == 0 || !loop.isIdle()) {
        return false;
      }
      lending.takesTurn();
      callers.wake(CALLERS_AT_A_TURN);
      return true;
    } catch (IOException | RuntimeException | Error e) {
      return false; // the leader meets it too, and can end the loop
    }
  }

  /** Lets those run that were woken. */
  private void lendOn() {
    lending.lendOn();
    if (loop.tasks.any()) {
      lending.wakeLeader();
    }
    Thread.yield();
  }

  /** Uses what the last poll found, then the next one's, up to enough callers for a turn. */
  private void findCallers() throws IOException {
    dispatch();
    if (callers.count() < CALLERS_AT_A_TURN && loop.isIdle() && loop.events().pollForLeader() > 0) {
      dispatch();
    }
  }

  /** Uses up the batch, up to enough callers for a turn or an event that is for a handler. */
  private void dispatch() {
    while (callers.count() < CALLERS_AT_A_TURN && loop.ready().isEmpty() && loop.dispatch()) {
      // the next one
    }
  }
}
