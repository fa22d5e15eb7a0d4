package io.netpoll.client;

import io.netpoll.HostResolver;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link HostResolver}s on helper threads, since a look-up blocks and the caller's timeout is
 * to cover it. At most 16 at a time; the threads end after a second without work.
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

  /** Takes the answer, on the helper thread. */
  @FunctionalInterface
  interface Answer {
    /** One of the two is null. */
    void found(@Nullable List<InetAddress> addresses, @Nullable Throwable failure);
  }

  /** A look-up under way. */
  static final class LookUp extends FutureTask<Void> {
    private LookUp(HostResolver resolver, String host, Answer answer) {
      super(() -> ask(resolver, host, answer), null);
    }

    /** Interrupts it, or takes it out of the queue; its answer may come all the same. */
    void giveUp() {
      cancel(true);
      THREADS.remove(this);
    }
  }

  /** Starts a look-up. Never waits. */
  static LookUp start(HostResolver resolver, String host, Answer answer) {
    LookUp lookUp = new LookUp(resolver, host, answer);
    THREADS.execute(lookUp);
    return lookUp;
  }

  private static void ask(HostResolver resolver, String host, Answer answer) {
    List<InetAddress> addresses;
    try {
      addresses = List.copyOf(resolver.resolve(host));
    } catch (Throwable t) {
      answer.found(null, t);
      return;
    }
    answer.found(addresses, null);
  }
}
