package io.netpoll.core.execution;

import io.netpoll.core.loop.Log;
import io.netpoll.internal.LogLimit;
import io.netpoll.internal.Setting;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait to lead a poll loop, shared by all groups of the process.
 *
 * <p>The one that came last goes first: its stack is warm. At least one waits always (a thread is
 * started by the {@link WatchDog} when the last is taken, so that the next hand-off need not start
 * one); the others end after 30 s without work, and all of them when there is no loop left. At most
 * {@code io.netpoll.maxHeldThreads} (256) threads beyond the leaders exist at a time, which bounds
 * how many handlers may hold one.
 */
public final class FollowerThreads {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  public static final FollowerThreads SHARED =
      new FollowerThreads(Setting.MAX_HELD_THREADS.number(256));

  private static final String NAME = "netpoll-leader-";

  private final int limit;
  private final LogLimit failures = new LogLimit();
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final ArrayDeque<Follower> idle = new ArrayDeque<>();
  private int alive;
  private volatile int leading; // read without it, too
  private int named;

  FollowerThreads(int limit) {
    this.limit = limit;
  }

  /** One of the threads. */
  public final class Follower implements Runnable {
    public final LoopThread thread;
    private volatile @Nullable HandlerLoop assigned;

    /** Makes a thread that is not started and not counted. */
    Follower(String name) {
      thread = LoopThread.of(this, name);
    }

    /** Leads {@code loop}, of which this thread was made the leader. */
    public void lead(HandlerLoop loop) {
      assigned = loop;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = leadNext();
      }
    }

    /** A call of its own: the frame that waits must not refer to the loop that was led last. */
    private boolean leadNext() {
      HandlerLoop loop = await();
      if (loop == null) {
        return false;
      }
      loop.lead(thread);
      return keep(this);
    }

    private @Nullable HandlerLoop await() {
      long start = System.nanoTime();
      boolean mayEnd = true;
      HandlerLoop loop;
      while ((loop = assigned) == null) {
        long left = IDLE_NANOS - (System.nanoTime() - start);
        if (!mayEnd || left > 0 && leading > 0) {
          LockSupport.parkNanos(this, left);
          Thread.interrupted();
          mayEnd = true;
        } else if (retire(this)) {
          return null;
        } else {
          // It is the last one, or was taken, or is being given back. The lock may have used up the
          // permit of the thread that took it: it looks at what it was assigned once more before it
          // parks.
          start = System.nanoTime();
          mayEnd = false;
        }
      }
      assigned = null;
      return loop;
    }
  }

  /** Takes a waiting thread, or starts one; null if no more may be started, or none can be. */
  public @Nullable Follower take() {
    boolean last;
    Follower spare;
    lock.lock();
    try {
      spare = idle.pollLast();
      last = idle.isEmpty();
    } finally {
      lock.unlock();
    }
    if (spare == null) {
      spare = start();
    }
    if (last) {
      WatchDog.SHARED.replenish();
    }
    return spare;
  }

  /** Takes back a thread that was taken and is not needed, or has passed its loop on. */
  public void giveBack(Follower spare) {
    lock.lock();
    try {
      idle.addLast(spare);
      if (leading == 0) {
        LockSupport.unpark(spare.thread);
      }
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #giveBack}, unless there are too many since a loop has ended: false then. */
  private boolean keep(Follower spare) {
    lock.lock();
    try {
      if (alive > limit + leading) {
        alive--;
        return false;
      }
      idle.addLast(spare);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Sees to it that a thread waits. */
  void replenish() {
    lock.lock();
    try {
      if (!idle.isEmpty() || leading == 0) {
        return;
      }
    } finally {
      lock.unlock();
    }
    Follower spare = start();
    if (spare != null) {
      giveBack(spare);
    }
  }

  private @Nullable Follower start() {
    int number;
    lock.lock();
    try {
      if (alive >= limit + leading) {
        return null;
      }
      alive++;
      number = ++named;
    } finally {
      lock.unlock();
    }
    boolean running = false;
    try {
      Follower spare = new Follower(NAME + number);
      spare.thread.start();
      running = true;
      return spare;
    } catch (OutOfMemoryError e) {
      if (failures.permits()) {
        Log.EXECUTION.log(
            System.Logger.Level.WARNING,
            "No thread can be started for a poll loop; it goes on without.",
            e);
      }
      return null;
    } finally {
      if (!running) {
        ended();
      }
    }
  }

  private void ended() {
    lock.lock();
    try {
      alive--;
    } finally {
      lock.unlock();
    }
  }

  /** Lets an idle thread end, unless it is the last one, or was just taken. */
  boolean retire(Follower spare) {
    lock.lock();
    try {
      boolean mayEnd = (leading == 0 || idle.size() > 1) && idle.remove(spare);
      if (mayEnd) {
        alive--;
      }
      return mayEnd;
    } finally {
      lock.unlock();
    }
  }

  /** Counts loops that need a leader, beside which threads may be held. */
  public void loopsChanged(int by) {
    lock.lock();
    try {
      leading += by;
      if (leading == 0) {
        for (Follower spare : idle) {
          LockSupport.unpark(spare.thread);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
