package io.netpoll.core.execution;

import io.netpoll.internal.VirtualCheck;
import org.jspecify.annotations.Nullable;

/**
 * The callers whose bytes a batch of events has brought, to be woken together once the batch is
 * used up, in the order in which they came. A caller is a thread that waits for input and is no
 * poll loop's own.
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
 *     └───── wake (the last) ─────────┘
 * </pre>
 *
 * The leader publishes bytes, puts a full fence, reads the waiter, and adds it. It wakes before
 * everything that may take long or take the loop from it: a poll that waits, a call of user code,
 * passing the loop on, its own return to user code, and the end of the loop. So a loop that is in
 * user code, and might be taken over, is EMPTY. One that is lent may be HOLDING: its deputy wakes
 * them, some at a turn, before it polls, or the leader does when it has the loop back. A caller
 * that has left its wait meanwhile is woken for nothing, which every wait expects.
 */
final class UnparkBatch {
  /** How many callers wait for each other's bytes to be read, at most. */
  private static final int MOST = 1024;

  private final @Nullable Thread[] callers = new Thread[MOST];
  private int first;
  private int end;

  /** How many of those before {@link #end} are virtual threads, woken ones included. */
  private int virtual;

  /** Wakes {@code caller} before the next poll that waits or call of user code. */
  void add(Thread caller) {
    callers[end++] = caller;
    if (VirtualCheck.isVirtual(caller)) {
      virtual++;
    }
    if (end == MOST) {
      wake();
    }
  }

  /** How many wait to be woken. */
  int count() {
    return end - first;
  }

  /** Whether there are some, and all of them are virtual threads. */
  boolean areVirtual() {
    return end > first && virtual == end;
  }

  /** Wakes all. */
  void wake() {
    wake(MOST);
  }

  /** Wakes at most {@code most}, those that came first. */
  void wake(int most) {
    int last = Math.min(end, first + most);
    while (first < last) {
      Thread caller = callers[first];
      callers[first++] = null;
      Await.wake(caller);
    }
    if (first == end) {
      first = 0;
      end = 0;
      virtual = 0;
    }
  }
}
