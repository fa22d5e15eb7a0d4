package io.netpoll.core;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
 * <p>{@code due} counts the tasks that have come since the last starting thread took its share; who
 * moves it from 0 starts the next one. A task is in the queue before it is counted, so a starting
 * thread finds at least as many as it has taken from the count.
 *
 * <p>The scheduler may lose a thread: a carrier of JDK 25 that has taken one from its queue, and
 * cannot start a further carrier then, drops it. So a starting thread that has not run for {@link
 * #OVERDUE} gets a successor with the next task, or all later tasks would wait for it.
 */
final class TurnStarter implements Executor {
  private static final long OVERDUE = TimeUnit.SECONDS.toNanos(1);

  private final ThreadFactory threads;
  private final LongSupplier clock;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger due = new AtomicInteger();

  /** Tasks may be due for which no starting thread could be had. */
  private final AtomicBoolean stranded = new AtomicBoolean();

  /** When the last starting thread was started. */
  private final AtomicLong startedAt = new AtomicLong();

  TurnStarter(ThreadFactory virtualThreads) {
    this(virtualThreads, System::nanoTime);
  }

  /** Makes one that knows the time, in nanoseconds, from a test. */
  TurnStarter(ThreadFactory virtualThreads, LongSupplier clock) {
    this.threads = virtualThreads;
    this.clock = clock;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    boolean first = due.getAndIncrement() == 0;
    if (!first && !stranded.compareAndSet(true, false) && !takesOver()) {
      return;
    }
    startedAt.set(clock.getAsLong());
    try {
      start(new Once(this::startDue));
    } catch (RuntimeException | Error e) {
      tasks.remove(task); // the caller tries it again, and with it those that came meanwhile
      due.decrementAndGet();
      stranded.set(true);
      throw e;
    }
  }

  /** Whether the starting thread is overdue, and the caller is the one to start another. */
  private boolean takesOver() {
    long seen = startedAt.get();
    long now = clock.getAsLong();
    return now - seen > OVERDUE && startedAt.compareAndSet(seen, now);
  }

  private void startDue() {
    int count = due.getAndSet(0);
    for (int i = 1; i < count; i++) {
      Runnable task = tasks.remove();
      try {
        start(new Once(task));
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        task.run(); // better late than never
      }
    }
    if (count > 0) {
      tasks.remove().run();
    }
  }

  /** Throws what the start throws only if the body is never run. */
  private void start(Once body) {
    try {
      threads.newThread(body).start();
    } catch (RuntimeException | Error e) {
      if (body.claim()) {
        throw e;
      }
    }
  }
}
