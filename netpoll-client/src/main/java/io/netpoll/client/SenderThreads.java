package io.netpoll.client;

import io.netpoll.internal.LibraryThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads that go on sending for a producer that has sent for others long enough. They end
 * after a second without work.
 */
final class SenderThreads {
  static final Executor THREADS = threads();

  private SenderThreads() {}

  private static Executor threads() {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> LibraryThreads.daemon("netpoll-sender-" + count.incrementAndGet(), task));
  }
}
