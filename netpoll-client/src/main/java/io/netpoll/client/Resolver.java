package io.netpoll.client;

import io.netpoll.core.Addresses;
import io.netpoll.core.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up on helper threads, since a look-up cannot be interrupted and the caller's timeout
 * is to cover it. At most 16 at a time; the threads end after a second without work.
 */
final class Resolver {
  private static final ThreadPoolExecutor THREADS = threads();

  private Resolver() {}

  private static ThreadPoolExecutor threads() {
    AtomicInteger count = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            16,
            16,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              String name = "netpoll-resolver-" + count.incrementAndGet();
              Thread thread = new Thread(null, task, name, 0, false);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Looks a name up and waits for it.
   *
   * @return its addresses; null if the time was over
   * @throws java.net.UnknownHostException if it has none
   */
  static @Nullable List<InetAddress> resolve(String network, String host, Await.Limit limit)
      throws IOException {
    Await.permit(() -> "Looking up " + host);
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    THREADS.execute(
        () -> {
          try {
            found.complete(Addresses.resolve(network, host));
          } catch (Throwable t) {
            found.completeExceptionally(t);
          }
        });
    Thread caller = Thread.currentThread();
    found.whenComplete((addresses, failure) -> Await.wake(caller));
    if (!Await.until(found::isDone, limit, () -> "Looking up " + host)) {
      return null;
    }
    try {
      return found.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException unknown) {
        throw unknown;
      }
      throw new IOException("Looking up " + host + " failed.", e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("a completed future does not wait", e);
    }
  }
}
