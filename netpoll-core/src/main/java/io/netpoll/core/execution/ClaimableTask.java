package io.netpoll.core.execution;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task for an executor that may refuse it and run it all the same. The scheduler of virtual
 * threads does: it puts a thread into a queue first, and if it cannot have a further carrier then,
 * it refuses the thread that one of its carriers runs. The first to {@link #claim} the task
 * decides. Any thread.
 */
public final class ClaimableTask extends AtomicBoolean implements Runnable {
  private static final long serialVersionUID = 1;

  private final transient Runnable task;

  /**
   * Makes one that nobody has claimed.
   *
   * @param task runs at most once
   */
  public ClaimableTask(Runnable task) {
    this.task = task;
  }

  /**
   * Whether the caller is the first to ask: nobody else runs the task then.
   *
   * @return true once
   */
  public boolean claim() {
    return compareAndSet(false, true);
  }

  @Override
  public void run() {
    if (claim()) {
      task.run();
    }
  }
}
