package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopFailures;
import io.netpoll.internal.LibraryThreads;
import io.netpoll.internal.Setting;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Passes poll loops on whose leader has been inside one call of user code for too long: computing,
 * or waiting for something that is not ours. Where a loop cannot be passed on - in inline
 * execution, or if there is no thread for it - {@link StallWatch} has that logged. One thread a
 * process, from the first loop to be watched until the last one has ended.
 *
 * <p>It ticks while any loop has called user code in the last 50 ms, and sleeps otherwise: at most
 * one wake-up for each time that the process turns from idle to busy, so no system call a request.
 * A loop that enters user code reads {@code asleep}; the watch-dog sets it, puts a full fence, and
 * looks at all loops once more before it parks. A loop in inline execution reads {@code asleep}
 * after each poll instead, after the volatile store that says that it does not sleep, and counts as
 * busy until it sleeps again.
 *
 * <p>When a call is overdue, {@link CallWatch} says. After a tenth of a second in which none was
 * suspected it ticks at a quarter of its rate. It also starts spare threads, off the way of
 * requests.
 */
public final class WatchDog implements Runnable {
  private static final long TICK_NANOS =
      TimeUnit.MICROSECONDS.toNanos(Setting.WATCH_DOG_TICK_MICROS.number(1000));
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int CALM_TICKS = 100;
  private static final int CALM_FACTOR = 4;

  public static final WatchDog SHARED = new WatchDog(true);

  private final boolean runs;
  private final CopyOnWriteArrayList<LoopWatch> loops = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();

  /** Changed under the lock: null while there is no loop. */
  private volatile @Nullable Thread thread;

  private volatile boolean asleep = true;
  private volatile boolean replenish;

  // The watch-dog's own.
  private long busyUntil;

  /** Ticks without a suspected call. */
  private int calmTicks;

  /** Makes one without a thread. */
  public WatchDog() {
    this(false);
  }

  private WatchDog(boolean runs) {
    this.runs = runs;
  }

  /**
   * Watches a loop from now on.
   *
   * @throws OutOfMemoryError if there is no thread for that; the loop is not watched then
   */
  void add(LoopWatch loop) {
    lock.lock();
    try {
      if (runs && thread == null) {
        Thread fresh = LibraryThreads.daemon("netpoll-watch-dog", this);
        fresh.start(); // it ends at once if there is no loop for it, but cannot before we unlock
        thread = fresh;
      }
      loops.add(loop);
    } finally {
      lock.unlock();
    }
  }

  /** A loop has ended. */
  void remove(LoopWatch loop) {
    loops.remove(loop);
    if (loops.isEmpty()) {
      wake();
    }
  }

  /** Whether there is no loop left, and another thread is started for the next one. */
  private boolean ends() {
    if (!loops.isEmpty()) {
      return false;
    }
    lock.lock();
    try {
      if (loops.isEmpty()) {
        thread = null;
      }
      return thread == null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a loop that enters user code must {@link #wake} it. A plain check on the way. */
  boolean isAsleep() {
    return asleep;
  }

  void wake() {
    asleep = false;
    LockSupport.unpark(thread);
  }

  /** Starts a spare thread soon. */
  void replenish() {
    replenish = true;
    wake();
  }

  @Override
  public void run() {
    busyUntil = System.nanoTime();
    asleep = false;
    boolean over = false;
    while (!over) {
      try {
        watch();
        over = true;
      } catch (Throwable t) { // there is no memory: loops rely on this thread all the more
        LoopFailures.awaitMemory(t);
      }
    }
  }

  /** Returns when there is no loop any more. */
  private void watch() {
    while (!ends()) {
      if (replenish) {
        replenish = false;
        FollowerThreads.SHARED.replenish();
      }
      if (tick()) {
        busyUntil = System.nanoTime() + BUSY_NANOS;
      }
      if (System.nanoTime() - busyUntil < 0) {
        LockSupport.parkNanos(this, calmTicks < CALM_TICKS ? TICK_NANOS : CALM_FACTOR * TICK_NANOS);
        continue;
      }
      if (fallAsleep()) {
        while (asleep && !loops.isEmpty()) { // the last one may have gone before it fell asleep
          LockSupport.park(this);
        }
        asleep = false;
      } else {
        busyUntil = System.nanoTime() + BUSY_NANOS;
      }
    }
  }

  /** Sets {@code asleep}, unless there turns out to be something to do. Its own thread only. */
  public boolean fallAsleep() {
    asleep = true;
    VarHandle.fullFence(); // pairs with Leadership.enter
    if (tick() || replenish) {
      asleep = false;
    }
    return asleep;
  }

  /** Looks at all loops; returns whether one of them has called user code since the last tick. */
  private boolean tick() {
    boolean busy = false;
    boolean suspected = false;
    for (LoopWatch loop : loops) {
      busy |= loop.look();
      suspected |= loop.isSuspecting();
    }
    calmTicks = suspected ? 0 : calmTicks + 1;
    return busy;
  }
}
