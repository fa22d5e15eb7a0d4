package io.netpoll.client;

import io.netpoll.WriteTimeoutException;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Nanos;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How many bytes a queue may still take: producers {@link #take} room and wait for it, the sender
 * gives it back. Any thread.
 *
 * <p>Who waits is on a list; the first of it alone takes room as it comes free, then wakes the
 * next, and who comes meanwhile waits behind them. A waiter puts itself on the list, a full fence
 * follows, and it looks for room; the sender gives room back by an atomic addition, which is a full
 * fence, and looks at the list. So one of the two sees the other. Likewise for the end: whoever
 * makes {@code over} true wakes all then.
 */
final class ByteBudget {
  private final long most;
  private final long timeoutNanos;

  /** Becomes true when nothing may be taken any more, and stays so. */
  private final BooleanSupplier over;

  /** What lets the sender go on, which gives room back. */
  private final Await.Arrivals arrivals;

  private final AtomicLong taken = new AtomicLong();
  private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();

  ByteBudget(long most, long timeoutNanos, Await.Arrivals arrivals, BooleanSupplier over) {
    this.most = most;
    this.timeoutNanos = timeoutNanos;
    this.arrivals = arrivals;
    this.over = over;
  }

  /** The bytes that are taken. */
  long taken() {
    return taken.get();
  }

  /**
   * Takes room, and waits for it.
   *
   * @param bytes more than all the room there is are granted when nothing else is taken
   * @param what names the action, for messages
   * @return false if it is over
   * @throws WriteTimeoutException if there was no room within the timeout
   */
  boolean take(int bytes, Supplier<String> what) throws IOException {
    if (over.getAsBoolean()) {
      return false;
    }
    return (waiters.isEmpty() && tryTake(bytes)) || await(bytes, what);
  }

  private boolean tryTake(int bytes) {
    for (; ; ) {
      long seen = taken.get();
      if (seen != 0 && seen + bytes > most) {
        return false;
      }
      if (taken.compareAndSet(seen, seen + bytes)) {
        return true;
      }
    }
  }

  private boolean await(int bytes, Supplier<String> what) throws IOException {
    Await.permit(what);
    Waiter waiter = new Waiter(bytes);
    waiters.add(waiter); // a compare-and-set, thus a full fence before the look for room
    boolean inTime;
    try {
      inTime = Await.until(waiter, Await.Limit.in(timeoutNanos), arrivals, what);
    } finally {
      waiters.remove(waiter);
      wakeFirst();
    }
    if (!inTime) {
      throw new WriteTimeoutException(
          what.get()
              + " found no room for "
              + Nanos.text(timeoutNanos)
              + ": "
              + taken()
              + " of "
              + most
              + " bytes are queued.");
    }
    return waiter.granted;
  }

  /** Gives room back, and wakes the first that waits for it. */
  void giveBack(long bytes) {
    taken.getAndAdd(-bytes);
    wakeFirst();
  }

  private void wakeFirst() {
    Waiter first = waiters.peek();
    if (first != null) {
      Await.wake(first.thread);
    }
  }

  /** Wakes all, since it is over. */
  void wakeAll() {
    waiters.forEach(waiter -> Await.wake(waiter.thread));
  }

  /** A thread that waits for room. Its condition is asked by that thread only. */
  private final class Waiter implements BooleanSupplier {
    private final Thread thread = Thread.currentThread();
    private final int bytes;
    private boolean granted;

    Waiter(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean getAsBoolean() {
      if (!granted && !over.getAsBoolean()) {
        granted = waiters.peek() == this && tryTake(bytes);
      }
      return granted || over.getAsBoolean();
    }
  }
}
