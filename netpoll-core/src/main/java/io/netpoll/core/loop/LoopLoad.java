package io.netpoll.core.loop;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a poll loop has, those on their way to it included, in one atomic number
 * with the end of the loop: so a loop never ends while a connection is on its way. Any thread.
 */
final class LoopLoad {
  private static final int ENDED = -1;

  private final AtomicInteger count = new AtomicInteger();

  /** Counts one more; returns false if the loop has ended. */
  boolean add() {
    for (; ; ) {
      int seen = count.get();
      if (seen == ENDED) {
        return false;
      }
      if (count.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Counts one less; nothing is counted once the loop has ended. Takes no memory. */
  void remove() {
    int seen;
    do {
      seen = count.get();
    } while (seen != ENDED && !count.compareAndSet(seen, seen - 1));
  }

  /** The number of connections; 0 once the loop has ended. */
  int connections() {
    return Math.max(0, count.get());
  }

  /** Ends the loop unless it has connections; returns whether it did. */
  boolean endIfEmpty() {
    return count.compareAndSet(0, ENDED);
  }

  /** Ends the loop, whatever it has. */
  void end() {
    count.set(ENDED);
  }

  boolean hasEnded() {
    return count.get() == ENDED;
  }
}
