package io.netpoll.core.execution;

import io.netpoll.internal.LibraryThreads;
import io.netpoll.internal.Setting;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of workers execution: an idle one takes a handler at once, else a new one is started
 * up to the limit, else the handler queues. Threads end after 30 s without work.
 */
final class WorkerPool extends ThreadPoolExecutor {
  private static final int MAX_THREADS = Setting.MAX_WORKERS.number(2000);

  WorkerPool(String groupName) {
    super(
        0,
        MAX_THREADS,
        30,
        TimeUnit.SECONDS,
        new IdleFirstQueue(),
        new Workers(groupName),
        new Queueing());
  }

  private static final class Workers implements ThreadFactory {
    private final String groupName;
    private final AtomicInteger count = new AtomicInteger();

    Workers(String groupName) {
      this.groupName = groupName;
    }

    @Override
    public Thread newThread(Runnable task) {
      return LibraryThreads.daemon(
          "netpoll-" + groupName + "-worker-" + count.incrementAndGet(), task);
    }
  }

  /** Every thread is busy and no more may be started: queues. */
  private static final class Queueing implements RejectedExecutionHandler {
    @Override
    public void rejectedExecution(Runnable task, ThreadPoolExecutor pool) {
      if (pool.isShutdown() || !((IdleFirstQueue) pool.getQueue()).enqueue(task)) {
        throw new RejectedExecutionException("The worker pool is shut down.");
      }
      if (pool.isShutdown() && pool.remove(task)) {
        throw new RejectedExecutionException("The worker pool is shut down.");
      }
    }
  }

  /** Refuses what no idle thread takes, so that the executor prefers new threads to queueing. */
  private static final class IdleFirstQueue extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    boolean enqueue(Runnable task) {
      return super.offer(task);
    }
  }
}
