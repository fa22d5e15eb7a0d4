package io.netpoll.core.loop;

import io.netpoll.spi.Poller;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What other threads hand to the leader of a poll loop: tasks, and steps to be tried again.
 *
 * <h2>Wake-up</h2>
 *
 * A thread enqueues, puts a full fence, and reads {@code sleeping}. The leader sets {@code
 * sleeping}, puts a full fence, looks at the queue again, and polls. So a task is never left behind
 * a poll, and a wake-up costs a system call only if the leader really sleeps, once for any number
 * of tasks.
 *
 * <h2>The end</h2>
 *
 * A loop that ends marks its {@link LoopLoad}, and then looks at its tasks and steps once more. A
 * thread that has added one looks at the load. So what is handed in is run by the loop, or taken
 * back by its thread.
 */
public final class LoopTasks {
  private static final VarHandle SLEEPING;

  static {
    try {
      SLEEPING = MethodHandles.lookup().findVarHandle(LoopTasks.class, "sleeping", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final RetryQueue postponed = new RetryQueue();
  private final Poller poller;
  private final LoopDriver driver;
  private final LoopLoad load;
  private volatile int sleeping;

  LoopTasks(Poller poller, LoopDriver driver, LoopLoad load) {
    this.poller = poller;
    this.driver = driver;
    this.load = load;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Runs a task on the leader. Tasks of one thread run in order.
   *
   * @return false if the loop has ended; the task is not run then, nor if this throws
   */
  public boolean execute(Runnable task) {
    tasks.add(task);
    try {
      wakeLeader();
    } catch (Throwable t) { // there is no memory: the caller gives up what the task is for
      if (tasks.remove(task)) {
        throw t;
      }
    }
    return !load.hasEnded() || !tasks.remove(task);
  }

  /** Has the leader look at what there is to do. */
  public void wake() {
    execute(() -> {});
  }

  private void wakeLeader() {
    VarHandle.fullFence(); // pairs with the one of sleep, and the steps into LENT of Lending
    if (sleeping == 1 && SLEEPING.compareAndSet(this, 1, 0)) {
      boolean woken = false;
      try {
        poller.wakeup();
        woken = true;
      } finally {
        if (!woken) {
          sleeping = 1; // or no later one would try: the leader clears it when it wakes
        }
      }
    }
    driver.wakeLeader();
  }

  /**
   * Has the leader try a step again, soon, for which there was no memory; takes none. If the loop
   * has ended, the step is abandoned.
   *
   * @param cause why it failed
   */
  public void postpone(RetryQueue.Step step, Throwable cause) {
    soon(step);
    if (load.hasEnded()) { // it looks at the postponed steps once more after that, too
      postponed.abandonAll();
    }
    RetryQueue.report(cause);
  }

  /** Has the leader take a step, as if that had failed. Takes no memory; needs a loop that runs. */
  void soon(RetryQueue.Step step) {
    postponed.add(step);
    wakeLeader();
  }

  /**
   * Has {@code run}, whose start has failed, tried again, if it can be.
   *
   * @param cause a RuntimeException or Error, which is thrown if it cannot
   */
  public void postponeOrThrow(Runnable run, Throwable cause) {
    if (run instanceof RetryQueue.Step step) {
      postpone(step, cause);
    } else if (cause instanceof RuntimeException runtime) {
      throw runtime;
    } else {
      throw (Error) cause;
    }
  }

  /** Whether there are steps to be tried again. */
  public boolean anyPostponed() {
    return !postponed.isEmpty();
  }

  /** Whether there are tasks, or steps to be tried again. */
  public boolean any() {
    return !tasks.isEmpty() || anyPostponed();
  }

  /** Whether the leader may be in a poll that waits: it says so before, and until after it. */
  public boolean isLeaderAsleep() {
    return sleeping == 1;
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** Takes the next task, if there is one. */
  @Nullable Runnable next() {
    return tasks.poll();
  }

  /**
   * The leader is about to wait in a poll.
   *
   * @param longest how long it would wait, in nanoseconds; more than 0
   * @return how long it may wait, since there may be something to do
   */
  long sleep(long longest) {
    sleeping = 1;
    VarHandle.fullFence(); // pairs with the one of wakeLeader
    if (!tasks.isEmpty()) {
      return 0;
    }
    return postponed.isEmpty() ? longest : Math.min(longest, RetryQueue.RETRY_NANOS);
  }

  /** The poll is over. A volatile store: pairs with a fence of a thread that watches the loop. */
  void awake() {
    sleeping = 0;
  }

  /** Tries the postponed steps again. */
  void retryAll() {
    postponed.retryAll();
  }

  /** Abandons the postponed steps, since the loop ends. */
  void abandonAll() {
    postponed.abandonAll();
  }
}
