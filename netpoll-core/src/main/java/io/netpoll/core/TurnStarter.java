package io.netpoll.core;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
 */
final class TurnStarter implements Executor {
  private final ThreadFactory threads;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger due = new AtomicInteger();

  /** Tasks may be due for which no starting thread could be had. */
  private final AtomicBoolean stranded = new AtomicBoolean();

  TurnStarter(ThreadFactory virtualThreads) {
    this.threads = virtualThreads;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    boolean first = due.getAndIncrement() == 0;
    if (!first && !stranded.compareAndSet(true, false)) {
      return;
    }
    boolean started = false;
    try {
      start(this::startDue);
      started = true;
    } finally {
      if (!started) { // the caller tries this task again, and with it those that came meanwhile
        tasks.remove(task);
        due.decrementAndGet();
        stranded.set(true);
      }
    }
  }

  private void startDue() {
    int count = due.getAndSet(0);
    for (int i = 1; i < count; i++) {
      Runnable task = tasks.remove();
      try {
        start(task);
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        task.run(); // better late than never
      }
    }
    if (count > 0) {
      tasks.remove().run();
    }
  }

  private void start(Runnable body) {
    threads.newThread(body).start();
  }
}
