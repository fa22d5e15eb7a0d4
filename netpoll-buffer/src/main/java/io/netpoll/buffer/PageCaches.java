package io.netpoll.buffer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds the page cache for the calling thread: a platform thread's own, or one of a few that the
 * virtual threads share (these come in millions, and a cache each would tie up all memory).
 *
 * <p>Caches of threads that ended are emptied by {@link #sweep}, which the pool calls before it
 * allocates.
 */
final class PageCaches {
  private final ThreadLocal<PageCache> own =
      new ThreadLocal<>() {
        @Override
        protected PageCache initialValue() {
          return register();
        }
      };

  private final PageCache[] stripes;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<PageCache> registered = new ArrayList<>();

  PageCaches() {
    int processors = Runtime.getRuntime().availableProcessors();
    stripes = new PageCache[Math.min(16, Integer.highestOneBit(2 * processors - 1))];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new PageCache(null);
    }
  }

  /** The cache to use until {@link PageCache#leave}; null if all that could be are busy. */
  @Nullable PageCache enter() {
    Thread thread = Thread.currentThread();
    return VirtualThreads.isVirtual(thread) ? stripe(thread) : own.get();
  }

  private @Nullable PageCache stripe(Thread thread) {
    int start = (int) thread.getId();
    for (int i = 0; i < stripes.length; i++) {
      PageCache cache = stripes[(start + i) & (stripes.length - 1)];
      if (cache.tryEnter()) {
        return cache;
      }
    }
    return null;
  }

  private PageCache register() {
    PageCache cache = new PageCache(Thread.currentThread());
    lock.lock();
    try {
      registered.add(cache);
    } finally {
      lock.unlock();
    }
    return cache;
  }

  /** Empties the caches of threads that ended. */
  void sweep(Depot[] depots) {
    lock.lock();
    try {
      for (Iterator<PageCache> all = registered.iterator(); all.hasNext(); ) {
        PageCache cache = all.next();
        // What the thread did happens-before isAlive() is false.
        if (cache.ownerEnded()) {
          all.remove();
          empty(cache, depots);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Empties the cache that the calling platform thread owns. */
  void emptyOwn(Depot[] depots) {
    if (!VirtualThreads.isVirtual(Thread.currentThread())) {
      empty(own.get(), depots);
    }
  }

  private static void empty(PageCache cache, Depot[] depots) {
    for (int i = 0; i < depots.length; i++) {
      PageStack stack = cache.stack(i);
      if (stack != null) {
        depots[i].giveAll(stack);
      }
    }
  }

  /** The number of pages of a size class in all caches. */
  long count(int sizeClass) {
    long sum = 0;
    for (PageCache stripe : stripes) {
      sum += stripe.count(sizeClass);
    }
    lock.lock();
    try {
      for (PageCache cache : registered) {
        sum += cache.count(sizeClass);
      }
    } finally {
      lock.unlock();
    }
    return sum;
  }
}
