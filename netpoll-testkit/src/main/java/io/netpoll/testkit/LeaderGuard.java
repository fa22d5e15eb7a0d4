package io.netpoll.testkit;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds two threads that are in leader-only methods of one poller at the same time. The same thread
 * may enter again: an endpoint that is told of an event may close its handle.
 */
final class LeaderGuard {
  private record Use(Thread thread, String method) {}

  private final AtomicReference<Use> current = new AtomicReference<>();

  <T, X extends Exception> T call(String method, Action<T, X> action) throws X {
    Use mine = new Use(Thread.currentThread(), method);
    Use other = current.compareAndExchange(null, mine);
    if (other == null) {
      try {
        return action.run();
      } finally {
        current.set(null);
      }
    }
    if (other.thread != mine.thread) {
      throw Violations.record(
          method
              + " is for the leader only, but "
              + other.thread.getName()
              + " is in "
              + other.method
              + ".");
    }
    return action.run();
  }

  void run(String method, Runnable action) {
    call(
        method,
        () -> {
          action.run();
          return true;
        });
  }

  /** Like {@link #call}, for methods that no endpoint may call: the same thread is refused too. */
  <T, X extends Exception> T callOutermost(String method, Action<T, X> action) throws X {
    Use other = current.get();
    if (other != null && other.thread == Thread.currentThread()) {
      throw Violations.record(method + " was called from within " + other.method + ".");
    }
    return call(method, action);
  }
}
