package io.netpoll.client;

import io.netpoll.ConnectionPool.Counts;
import io.netpoll.PoolClosedException;
import io.netpoll.PoolListener.Reason;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The book of one pool: which connections are idle, which are lent, how many are being dialled, and
 * who waits. It does nothing but decide; what follows from a decision is noted in a {@link
 * Effects}, for the calling thread to carry out. Any thread calls it.
 *
 * <pre>
 *              dialled                     take, or a waiter is there
 *   DIALLING ───────────► IDLE ◄──────────────────────────────────────► LENT
 *      │                   │ gone, too old,              release        │ release with a
 *      │ failed            │ unusable, pool closed                       │ reason, pool closed
 *      └───────────────────┴──────────► out of the book ◄────────────────┘
 * </pre>
 *
 * <p>What holds whenever the lock is free:
 *
 * <ul>
 *   <li>dialling + idle + lent is at most the maximum;
 *   <li>while a caller waits nothing usable is idle, and at least as many dials are under way as
 *       callers wait, or as there is room for;
 *   <li>a closed pool has nothing idle and nobody waiting.
 * </ul>
 *
 * <h2>Memory ordering</h2>
 *
 * All changes are made under one lock, which is held for some instructions and never while waiting
 * or calling foreign code. What the user of a connection did before {@link #release} is so seen by
 * the next one after {@link #take} or through its {@link Waiter}. A waiter gives up under the same
 * lock: either it is taken out of the queue, or it was served and has to take what it was given.
 * That a connection has ended comes from its poller, which first makes it unusable and then calls
 * {@link #gone}: under the lock that finds it idle and takes it out, or lent, and whoever lends it
 * next, under the lock as well, looks at its usability after that.
 *
 * @param <C> the type of the connections
 */
final class PoolState<C> {
  /** No moment of the clock of System.nanoTime. */
  static final long NEVER = Long.MIN_VALUE;

  /**
   * The bounds of a pool; times in nanoseconds.
   *
   * @param min how many connections are kept whatever their idle age
   * @param max how many there may be
   * @param maxIdleAge 0 for no limit
   * @param maxLife 0 for no limit
   */
  record Bounds(int min, int max, long maxIdleAge, long maxLife) {}

  private final String name;
  private final Bounds bounds;
  private final Function<C, @Nullable Reason> fault;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final PooledEntries<C> idle = new PooledEntries<>();
  private final PooledEntries<C> lent = new PooledEntries<>();
  private final ArrayDeque<Waiter<C>> waiters = new ArrayDeque<>();
  private int dialling;
  private boolean refillPauses;
  private boolean closed;

  /** For when a look at idle connections is ordered. */
  private long lookOrdered = NEVER;

  /**
   * An empty book.
   *
   * @param name of the server, for messages
   * @param fault why a connection cannot be lent, or null if it can; quick, and calls nothing else
   */
  PoolState(String name, Bounds bounds, Function<C, @Nullable Reason> fault) {
    this.name = name;
    this.bounds = bounds;
    this.fault = fault;
  }

  // ---- Callers -------------------------------------------------------------------------------

  /** Takes an idle connection; null if there is none, or others wait already, or on close. */
  @Nullable PooledEntry<C> take(long now, Effects<C> todo) {
    lock.lock();
    try {
      return takeIdle(now, todo);
    } finally {
      lock.unlock();
    }
  }

  /** Queues a caller; serves it at once if a connection has come free, or the pool is closed. */
  void enqueue(Waiter<C> waiter, long now, Effects<C> todo) {
    lock.lock();
    try {
      PooledEntry<C> place = takeIdle(now, todo);
      if (closed) {
        waiter.fail(closedException());
        todo.wake(waiter);
      } else if (place != null) {
        waiter.serve(place);
        todo.wake(waiter);
      } else {
        waiters.add(waiter);
        order(todo);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes a caller out of the queue; false if it has been served, and must take that. */
  boolean giveUp(Waiter<C> waiter) {
    lock.lock();
    try {
      return !waiter.isServed() && waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a connection back: keeps it, or removes it if there is a reason, or a fault, which is
   * looked for under the lock: what is found closed there is lent to nobody, and what ends later is
   * found by {@link #gone}.
   */
  void release(PooledEntry<C> place, @Nullable Reason reason, long now, Effects<C> todo) {
    lock.lock();
    try {
      if (!lent.remove(place)) {
        return;
      }
      Reason why = reason != null ? reason : faultOf(place, now);
      if (why == null && closed) {
        why = Reason.POOL_CLOSED;
      }
      if (why == null) {
        lendOrKeep(place, now, todo);
      } else {
        todo.remove(place.connection, why, false);
        order(todo);
      }
      noteIfEmptied(todo);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable PooledEntry<C> takeIdle(long now, Effects<C> todo) {
    if (!waiters.isEmpty()) {
      return null;
    }
    PooledEntry<C> place;
    while ((place = idle.newest()) != null) {
      idle.remove(place);
      Reason why = faultOf(place, now);
      if (why == null) {
        lend(place);
        return place;
      }
      todo.remove(place.connection, why, true);
    }
    order(todo);
    return null;
  }

  /** Why a connection cannot be lent; a greeting on one that was never lent is no reason. */
  private @Nullable Reason faultOf(PooledEntry<C> place, long now) {
    Reason why = fault.apply(place.connection);
    boolean greeted = why == Reason.UNREAD_INPUT && !place.used;
    return why == null || greeted ? tooOld(place, now) : why;
  }

  private void lend(PooledEntry<C> place) {
    place.used = true;
    lent.add(place);
  }

  private void lendOrKeep(PooledEntry<C> place, long now, Effects<C> todo) {
    Waiter<C> first = waiters.poll();
    if (first != null) {
      lend(place);
      first.serve(place);
      todo.wake(first);
    } else {
      place.idleSince = now;
      idle.add(place);
      orderLook(earlier(endOfLife(place), endOfIdleAge()), todo);
    }
  }

  // ---- Dials ---------------------------------------------------------------------------------

  /** Orders the dials that are missing: for those who wait, and for the minimum. */
  private void order(Effects<C> todo) {
    while (!closed && total() < bounds.max() && isDialMissing()) {
      dialling++;
      todo.dials++;
    }
  }

  private boolean isDialMissing() {
    return dialling < waiters.size() || (total() < bounds.min() && !refillPauses);
  }

  private int total() {
    return dialling + idle.size() + lent.size();
  }

  /** Orders the dials of the minimum: at the beginning, and after a pause. */
  void refill(Effects<C> todo) {
    lock.lock();
    try {
      refillPauses = false;
      order(todo);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A dial has succeeded. If the connection has ended already, the first caller that waits fails,
   * as by {@link #dialFailed}: to dial for it again might not end.
   *
   * @return where the connection is; null if it is to be closed, as the pool is, or has ended
   */
  @Nullable PooledEntry<C> dialled(C connection, long now, Effects<C> todo) {
    lock.lock();
    try {
      dialling--;
      if (closed) {
        todo.remove(connection, Reason.POOL_CLOSED, true);
        return null;
      }
      if (fault.apply(connection) == Reason.CLOSED) {
        todo.remove(connection, Reason.CLOSED, true);
        failFirst(
            new IOException(name + " closed a connection as soon as it was established."), todo);
        return null;
      }
      PooledEntry<C> place = new PooledEntry<>(connection, now);
      lendOrKeep(place, now, todo);
      return place;
    } finally {
      lock.unlock();
    }
  }

  /** A dial has failed: so does the first caller that waits. */
  void dialFailed(Exception cause, Effects<C> todo) {
    lock.lock();
    try {
      dialling--;
      failFirst(cause, todo);
    } finally {
      lock.unlock();
    }
  }

  /** What a dial that failed leaves to do. */
  private void failFirst(Exception cause, Effects<C> todo) {
    Waiter<C> first = waiters.poll();
    if (first != null) {
      first.fail(cause);
      todo.wake(first);
    }
    if (!refillPauses && !closed && total() < bounds.min()) {
      refillPauses = true;
      todo.refillsLater = true;
    }
    order(todo);
  }

  // ---- Idle connections ----------------------------------------------------------------------

  /** A connection has ended by itself. */
  void gone(PooledEntry<C> place, Effects<C> todo) {
    lock.lock();
    try {
      if (idle.remove(place)) {
        todo.remove(place.connection, Reason.CLOSED, true);
        order(todo);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes the idle connections that are too old by now. */
  void evict(long now, Effects<C> todo) {
    lock.lock();
    try {
      lookOrdered = NEVER;
      long due = NEVER;
      PooledEntry<C> next;
      for (PooledEntry<C> place = idle.oldest(); place != null; place = next) {
        next = place.newer;
        Reason why = tooOld(place, now);
        if (why == null && isSpare() && isOver(place.idleSince, bounds.maxIdleAge(), now)) {
          why = Reason.IDLE_AGE;
        }
        if (why != null) {
          idle.remove(place);
          todo.remove(place.connection, why, true);
        } else {
          due = earlier(due, endOfLife(place));
        }
      }
      order(todo);
      orderLook(earlier(due, endOfIdleAge()), todo);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Reason tooOld(PooledEntry<C> place, long now) {
    return isOver(place.bornAt, bounds.maxLife(), now) ? Reason.LIFE : null;
  }

  /** Whether an idle connection may go without one being missing. */
  private boolean isSpare() {
    return total() > bounds.min();
  }

  private static boolean isOver(long since, long limit, long now) {
    return limit > 0 && now - since >= limit;
  }

  /** When the life of a connection is over, or NEVER. */
  private long endOfLife(PooledEntry<C> place) {
    return bounds.maxLife() > 0 ? place.bornAt + bounds.maxLife() : NEVER;
  }

  /** When the first idle connection has been so for too long, or NEVER. */
  private long endOfIdleAge() {
    PooledEntry<C> oldest = idle.oldest();
    return oldest != null && bounds.maxIdleAge() > 0 && isSpare()
        ? oldest.idleSince + bounds.maxIdleAge()
        : NEVER;
  }

  /** Orders a look at a moment, unless one is ordered for then or before. */
  private void orderLook(long due, Effects<C> todo) {
    if (due != NEVER && (lookOrdered == NEVER || due - lookOrdered < 0)) {
      lookOrdered = due;
      todo.lookAt = due;
    }
  }

  /** The earlier of two moments, either of which may be NEVER. */
  private static long earlier(long one, long other) {
    if (one == NEVER || other == NEVER) {
      return one == NEVER ? other : one;
    }
    return one - other <= 0 ? one : other;
  }

  // ---- Closing -------------------------------------------------------------------------------

  /** Closes the pool: nothing is lent any more. May be repeated. */
  void close(Effects<C> todo) {
    lock.lock();
    try {
      closed = true;
      Waiter<C> waiter;
      while ((waiter = waiters.poll()) != null) {
        waiter.fail(closedException());
        todo.wake(waiter);
      }
      PooledEntry<C> place;
      while ((place = idle.oldest()) != null) {
        idle.remove(place);
        todo.remove(place.connection, Reason.POOL_CLOSED, true);
      }
      noteIfEmptied(todo);
    } finally {
      lock.unlock();
    }
  }

  private void noteIfEmptied(Effects<C> todo) {
    todo.emptied = closed && lent.size() == 0;
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** The connections that are lent now. */
  List<C> lent() {
    lock.lock();
    try {
      List<C> all = new ArrayList<>(lent.size());
      for (PooledEntry<C> place = lent.oldest(); place != null; place = place.newer) {
        all.add(place.connection);
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  Counts counts() {
    lock.lock();
    try {
      return new Counts(idle.size(), lent.size(), dialling, waiters.size());
    } finally {
      lock.unlock();
    }
  }

  private PoolClosedException closedException() {
    return new PoolClosedException("The pool of connections to " + name + " is closed.");
  }
}
