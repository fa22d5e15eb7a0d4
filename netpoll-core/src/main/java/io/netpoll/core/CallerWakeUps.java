package io.netpoll.core;

import java.util.Arrays;

/**
 * The callers whose bytes a batch of events has brought, to be woken together once the batch is
 * used up. A caller is a thread that waits for input and is no poll loop's own.
 *
 * <p>Woken one by one, each would compete for the leader's processor while sockets are still to be
 * read, and a switch there and back would be paid for every answer. Leader only.
 *
 * <h2>No wake-up is lost</h2>
 *
 * <pre>
 *             add, from dispatch
 *   EMPTY ───────────────────────► HOLDING ──┐ add
 *     ▲                               │ ▲────┘
 *     └───────── wake ────────────────┘
 * </pre>
 *
 * The leader publishes bytes, puts a full fence, reads the waiter, and adds it. It wakes before
 * everything that may take long or take the loop from it: a poll, a call of user code, passing the
 * loop on, its own return to user code, and the end of the loop. So a loop that is in user code,
 * and might be taken over, is EMPTY. One that is lent may be HOLDING: its deputy wakes them, before
 * it polls, or the leader does when it has the loop back. A caller that has left its wait meanwhile
 * is woken for nothing, which every wait expects.
 */
final class CallerWakeUps {
  /** How many callers wait for each other's bytes to be read, at most. */
  private static final int MOST = 256;

  private final Thread[] callers = new Thread[MOST];
  private int count;
  private int virtual;

  /** Wakes {@code caller} before the next poll or call of user code. */
  void add(Thread caller) {
    callers[count++] = caller;
    if (VirtualThreads.isVirtual(caller)) {
      virtual++;
    }
    if (count == MOST) {
      wake();
    }
  }

  /** How many are to be woken. */
  int count() {
    return count;
  }

  /** Whether there are some, and all of them are virtual threads. */
  boolean areVirtual() {
    return count > 0 && virtual == count;
  }

  /** Wakes all. */
  void wake() {
    for (int i = 0; i < count; i++) {
      Await.wake(callers[i]);
    }
    Arrays.fill(callers, 0, count, null);
    count = 0;
    virtual = 0;
  }
}
