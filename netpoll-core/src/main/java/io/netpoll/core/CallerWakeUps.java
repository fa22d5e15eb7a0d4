package io.netpoll.core;

import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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
 *     └─────── wake or wakeNow ───────┘
 * </pre>
 *
 * The leader publishes bytes, puts a full fence, reads the waiter, and adds it. It wakes before
 * everything that may take long or take the loop from it: a poll, a call of user code, passing the
 * loop on, its own return to user code, and the end of the loop. So a loop that is in user code,
 * and might be taken over, is EMPTY. A caller that has left its wait meanwhile is woken for
 * nothing, which every wait expects.
 */
final class CallerWakeUps {
  /** How many callers wait for each other's bytes to be read, at most. */
  private static final int MOST = 256;

  /** Whoever holds the processor for longer after a yield is a stranger, not the callers. */
  private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How many polls go without a yield after one that gave the processor to a stranger. */
  private static final int STAYS = 1000;

  /** Helps to wake virtual threads; null where there are none. */
  private static final @Nullable Executor CARRIERS =
      VirtualThreads.exist() ? VirtualThreads.executor("netpoll-waker-") : null;

  private final Thread[] callers = new Thread[MOST];
  private int count;

  /** How many more polls go without a yield. */
  private int stays;

  /** Wakes {@code caller} before the next poll or call of user code. */
  void add(Thread caller) {
    callers[count++] = caller;
    if (count == MOST) {
      wake();
    }
  }

  /**
   * Wakes all, and lets them run if they are several, so that the next poll finds more than one
   * answer.
   */
  void wake() {
    if (count < 2 || stays > 0) {
      stays = Math.max(0, stays - 1);
      wakeNow();
      return;
    }
    Batch batch = new Batch(Arrays.copyOf(callers, count));
    clear();
    batch.start();
    giveWay();
    batch.run();
  }

  private void giveWay() {
    long start = System.nanoTime();
    Thread.yield();
    if (System.nanoTime() - start > LOST_NANOS) {
      stays = STAYS;
    }
  }

  /** Wakes all, and goes on. */
  void wakeNow() {
    for (int i = 0; i < count; i++) {
      Await.wake(callers[i]);
    }
    clear();
  }

  private void clear() {
    Arrays.fill(callers, 0, count, null);
    count = 0;
  }

  /**
   * Wakes each of its callers once, whoever runs it. A virtual thread does it best: then the batch
   * costs one crossing from the loop to the carriers instead of one for each caller. The leader
   * runs it again for those that are left, since all carriers may be held by pinned threads, even
   * by these callers.
   */
  private static final class Batch implements Runnable {
    private final Thread[] callers;

    /** Who advances it wakes the caller that it pointed to. */
    private final AtomicInteger next = new AtomicInteger();

    Batch(Thread[] callers) {
      this.callers = callers;
    }

    /** Has a virtual thread run it, if it is for such, and else the leader. */
    void start() {
      if (CARRIERS == null || !VirtualThreads.isVirtual(callers[0])) {
        run();
        return;
      }
      try {
        CARRIERS.execute(this);
      } catch (OutOfMemoryError e) {
        run();
      }
    }

    @Override
    public void run() {
      int i;
      while ((i = next.getAndIncrement()) < callers.length) {
        Await.wake(callers[i]);
      }
    }
  }
}
