package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.SystemClock;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Starts a virtual thread for each task, so that tasks of different threads get their turns.
 *
 * <p>The scheduler of virtual threads keeps a queue for each thread that starts some, and its
 * carriers stay with one queue as long as there is something in it. When handlers keep all carriers
 * busy, those that another poll loop starts would wait for ever. Here at most one starting thread
 * is in those queues at a time: it takes all tasks that have come until it runs, starts the others
 * from its carrier (whose own queue comes first, and is served in order), and makes the last one
 * itself.
 *
 * <p>{@code due} counts the tasks that have come since the last starting thread took its share; the
 * thread that moves it from 0 starts the next one. A task is in the queue before it is counted. One
 * that is taken back, because its starting thread was refused, may have been counted by another
 * one, which finds less then, and the count may be wrong by that until it is next 0. So a thread
 * that finds it negative starts a thread, too; and a starting thread takes one task at least, if
 * there is one, and where it leaves some that nobody has counted it starts the next thread for
 * them.
 *
 * <p>The scheduler may lose a thread: a carrier of JDK 25 that has taken one from its queue, and
 * cannot start a further carrier then, drops it. So a starting thread that has not run for {@link
 * #OVERDUE} gets a successor with the next task, or all later tasks would wait for it.
 */
final class FairExecutor implements Executor {
  private static final long OVERDUE = TimeUnit.SECONDS.toNanos(1);

  private final ThreadFactory threads;
  private final LongSupplier clock;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger due = new AtomicInteger();

  /** What a starting thread does; made here, since a task is not to be lost for want of memory. */
  private final Runnable starter = new Starter();

  /** Tasks may be due for which no starting thread could be had. */
  private final AtomicBoolean stranded = new AtomicBoolean();

  /** When the last starting thread was started. */
  private final AtomicLong startedAt = new AtomicLong();

  FairExecutor(ThreadFactory virtualThreads) {
    this(virtualThreads, SystemClock.INSTANCE);
  }

  /** Makes one that knows the time, in nanoseconds, from a test. */
  FairExecutor(ThreadFactory virtualThreads, LongSupplier clock) {
    this.threads = virtualThreads;
    this.clock = clock;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    boolean first = due.getAndIncrement() <= 0;
    if (!first && !stranded.compareAndSet(true, false) && !takesOver()) {
      return;
    }
    startedAt.set(clock.getAsLong());
    try {
      start(new ClaimableTask(starter));
    } catch (RuntimeException | Error e) {
      stranded.set(true);
      if (tasks.remove(task)) {
        due.decrementAndGet();
        throw e; // the caller tries it again, and with it those that came meanwhile
      }
    }
  }

  /** Whether the starting thread is overdue, and the caller is the one to start another. */
  private boolean takesOver() {
    long seen = startedAt.get();
    long now = clock.getAsLong();
    return now - seen > OVERDUE && startedAt.compareAndSet(seen, now);
  }

  private final class Starter implements Runnable {
    @Override
    public void run() {
      startDue();
    }
  }

  private void startDue() {
    int others = due.getAndSet(0) - 1;
    Runnable task;
    for (int i = 0; i < others && (task = tasks.poll()) != null; i++) {
      startOrRun(task);
    }
    task = tasks.poll();
    if (!tasks.isEmpty() && due.getAndIncrement() <= 0) {
      startOrRun(starter);
    }
    if (task != null) {
      task.run();
    }
  }

  private void startOrRun(Runnable task) {
    try {
      start(new ClaimableTask(task));
    } catch (RuntimeException | Error e) {
      try {
        task.run(); // better late than never
      } catch (RuntimeException | Error failure) {
        LoopFailures.goesOnAfter(failure); // and the others have their turn
      }
    }
  }

  /** Throws what the start throws only if the body is never run. */
  private void start(ClaimableTask body) {
    try {
      threads.newThread(body).start();
    } catch (RuntimeException | Error e) {
      if (body.claim()) {
        throw e;
      }
    }
  }
}
