package io.netpoll.testkit.contract;

import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.WaitingThreads;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work of a test on a thread of its own; {@link #get()} gives its result or its failure. */
final class Background<T> extends FutureTask<T> {
  private static final long PATIENCE_SECONDS = 120;

  /** Work without a result. */
  interface Work {
    void run() throws Exception;
  }

  private final Thread thread;

  private Background(Callable<T> work) {
    super(work);
    thread = new Thread(this, "contract-worker");
    thread.setDaemon(true);
  }

  static <T> Background<T> start(Callable<T> work) {
    Background<T> background = new Background<>(work);
    background.thread.start();
    return background;
  }

  static Background<Void> run(Work work) {
    return start(
        () -> {
          work.run();
          return null;
        });
  }

  /** Waits until the thread waits. */
  void awaitWaiting() {
    Eventually.holds("the thread waits", () -> WaitingThreads.waits(thread));
  }

  void interrupt() {
    thread.interrupt();
  }

  /** Waits for the result; what the work threw is the cause of what this throws. */
  @Override
  public T get() throws InterruptedException, ExecutionException {
    try {
      return get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      AssertionError late = new AssertionError("The thread still works, at the place below.");
      late.setStackTrace(thread.getStackTrace());
      throw late;
    }
  }

  /** Waits for the work to fail, and tells how. */
  Throwable failure() throws InterruptedException {
    try {
      throw new AssertionError("The work did not fail, but gave " + get());
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
