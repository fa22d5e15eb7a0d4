package io.netpoll.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Threads that do a test's work at the same time, and whose failures are the test's. Open it before
 * what its threads wait for, so that closing that ends their waits.
 */
public final class Crew implements AutoCloseable {

  /** Work that may fail. */
  public interface Work {
    void run() throws Exception;
  }

  private record Member(Thread thread, FutureTask<?> task) {}

  private final List<Member> members = new ArrayList<>();

  public void start(Work work) {
    Callable<Boolean> call =
        () -> {
          work.run();
          return true;
        };
    FutureTask<Boolean> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "crew-" + members.size());
    thread.setDaemon(true);
    members.add(new Member(thread, task));
    thread.start();
  }

  /** Whether one of them has not ended yet. */
  public boolean isAtWork() {
    return members.stream().anyMatch(member -> !member.task().isDone());
  }

  /** Waits for all, and throws what the first failed one threw. */
  public void join() throws Exception {
    for (Member member : members) {
      try {
        member.task().get(50, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError(member.thread().getName() + " failed", e.getCause());
      }
    }
  }

  /** Interrupts those that still work, and waits until every thread has ended. */
  @Override
  public void close() {
    members.forEach(member -> member.thread().interrupt());
    members.forEach(member -> await(member.thread()));
  }

  /** Waits for a thread's end; an interrupt ends the wait, and stays set. */
  public static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
