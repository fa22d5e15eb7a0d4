package io.netpoll.buffer;

import io.netpoll.internal.VirtualCheck;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the page cache for the calling thread: one of its own for each of the first {@link #PLACES}
 * platform threads, poll loops' leaders among them; for all others, virtual ones and those that
 * come later, one of a few that they share by turns. A cache each would tie up memory without bound
 * where a pool of threads has thousands, or where virtual threads come in millions.
 *
 * <p>A thread that ends leaves its place to another. {@link #sweep} empties the caches of such
 * threads; the pool calls it before it allocates, and a thread that looks for a place does, too.
 *
 * <p>A thread's map of locals refers to its cache weakly, and the cache to its thread: neither a
 * thread that lives on after the library is unloaded, nor the library, keeps the other.
 */
final class PageCaches {
  /** How many platform threads have a cache of their own. */
  static final int PLACES = Math.max(32, 2 * Runtime.getRuntime().availableProcessors());

  private static final WeakReference<PageCache> NO_PLACE = new WeakReference<>(null);

  private final CentralPool[] depots;
  private final PageCache[] stripes;
  private final PoolLock lock = new PoolLock();

  /** Those with an owner; keeps them. Under the lock. */
  private final List<PageCache> registered = new ArrayList<>(PLACES);

  /** The owned cache of a platform thread, or NO_PLACE. */
  private final ThreadLocal<WeakReference<PageCache>> own =
      new ThreadLocal<>() { // no lambda, nor elsewhere on the way of a process's first dial
        @Override
        protected WeakReference<PageCache> initialValue() {
          return register();
        }
      };

  /** Makes caches for pages of these depots, by size class. */
  PageCaches(CentralPool[] depots) {
    this.depots = depots;
    VirtualCheck.load();
    int processors = Runtime.getRuntime().availableProcessors();
    stripes = new PageCache[Math.min(16, Integer.highestOneBit(2 * processors - 1))];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = PageCache.shared();
    }
  }

  /** How many caches there are at most. */
  int most() {
    return PLACES + stripes.length;
  }

  /**
   * The cache to use, until the caller writes 0 to {@code turns.taken} if that is not null; null if
   * all that could be are taken.
   */
  @Nullable PageCache enter() {
    Thread thread = Thread.currentThread();
    if (!VirtualCheck.isVirtual(thread)) {
      PageCache cache = own.get().get();
      if (cache != null) {
        return cache;
      }
    }
    int start = (int) thread.getId();
    for (int i = 0; i < stripes.length; i++) {
      PageCache cache = stripes[(start + i) & (stripes.length - 1)];
      if (cache.turns.tryEnter()) {
        return cache;
      }
    }
    return null;
  }

  private WeakReference<PageCache> register() {
    Thread thread = Thread.currentThread();
    sweep();
    lock.enter();
    try {
      for (PageCache cache : registered) {
        if (cache.isOwnedBy(thread)) {
          return cache.weakly; // it had not come to keep that
        }
      }
      if (registered.size() >= PLACES) {
        return NO_PLACE;
      }
      PageCache cache = PageCache.ownedBy(thread);
      registered.add(cache);
      return cache.weakly;
    } finally {
      lock.taken = 0;
    }
  }

  /** Empties the caches of threads that ended. */
  void sweep() {
    lock.enter();
    try {
      for (Iterator<PageCache> all = registered.iterator(); all.hasNext(); ) {
        PageCache cache = all.next();
        if (cache.ownerEnded()) {
          empty(cache); // first: if it breaks off, the rest is found again
          all.remove();
        }
      }
    } finally {
      lock.taken = 0;
    }
  }

  /** Lets the calling thread have a place if it had none, and there is one now. */
  void lookForPlace() {
    if (!VirtualCheck.isVirtual(Thread.currentThread()) && own.get() == NO_PLACE) {
      own.remove();
    }
  }

  /**
   * Empties what is within reach: the shared caches that nobody uses at the moment, and the one
   * that the calling thread owns.
   */
  void emptyReachable() {
    for (PageCache stripe : stripes) {
      if (stripe.turns.tryEnter()) {
        try {
          empty(stripe);
        } finally {
          stripe.turns.taken = 0;
        }
      }
    }
    Thread caller = Thread.currentThread();
    lock.enter();
    try {
      for (PageCache cache : registered) {
        if (cache.isOwnedBy(caller)) {
          empty(cache);
        }
      }
    } finally {
      lock.taken = 0;
    }
  }

  private void empty(PageCache cache) {
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
    lock.enter();
    try {
      for (PageCache cache : registered) {
        sum += cache.count(sizeClass);
      }
    } finally {
      lock.taken = 0;
    }
    return sum;
  }
}
