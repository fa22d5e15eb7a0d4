package io.netpoll.buffer;

import io.netpoll.buffer.Slab.Tally;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The level of a pool that all threads share, for one size of pages: the slabs that have free ones.
 *
 * <p>Free pages wait in their slabs, and slabs are listed weakly: one with lent pages is kept alive
 * by them. Wholly free slabs are retained up to a bound; beyond it, the garbage collector takes
 * them (and until it does, they are used again if need be). So after a burst memory goes back, as
 * cached pages pin a few slabs only, and what stays is reused before more is allocated.
 *
 * <p>A lock guards it. Thread caches come in between, so it is taken once for many pages; it is
 * never held while memory is allocated. Under it, a page leaves one place before it comes to the
 * next: where a call breaks off for want of stack or heap, a page may be lost, and its slab with it
 * in time, but none is in two places.
 */
final class CentralPool {
  private static final int RETAINED_SLABS = 4;
  private static final int RETAINED_BYTES = 16 << 20;

  final int pageSize;
  final int slabSize;

  /** The slab that is being allocated in the place of those who must not wait, if one is. */
  final AtomicReference<@Nullable Growth> growth = new AtomicReference<>();

  private final int mostRetained;
  private final PagePool pool;
  private final PoolLock lock = new PoolLock();
  private final List<WeakReference<Slab>> listed = new ArrayList<>();
  private final List<Slab> retained = new ArrayList<>();
  private long outside; // pages that are in no slab of this depot: lent, cached, or lost

  CentralPool(PagePool pool, int pageSize) {
    this.pool = pool;
    this.pageSize = pageSize;
    this.slabSize = Math.max(PagePool.SLAB, pageSize);
    this.mostRetained = Math.min(RETAINED_SLABS, RETAINED_BYTES / slabSize);
  }

  /** Takes a page, and more to fill {@code cache} halfway. Null if there is no free page. */
  @Nullable PooledPage take(@Nullable PageStack cache) {
    lock.enter();
    try {
      PooledPage page = takeOne();
      if (page != null && cache != null) {
        for (int more = cache.capacity() / 2 - 1; more > 0; more--) {
          PooledPage next = takeOne();
          if (next == null) {
            break;
          }
          cache.push(next);
        }
      }
      return page;
    } finally {
      lock.taken = 0;
    }
  }

  private @Nullable PooledPage takeOne() {
    while (!listed.isEmpty()) {
      Slab slab = listed.get(listed.size() - 1).get();
      if (slab == null || slab.exhausted()) {
        listed.remove(listed.size() - 1);
        if (slab != null) {
          slab.listed = false;
        }
        continue;
      }
      if (slab.whole()) {
        retained.remove(slab);
      }
      PooledPage page = slab.take(pool);
      outside++;
      return page;
    }
    return null;
  }

  void give(PooledPage page) {
    lock.enter();
    try {
      giveOne(page);
    } finally {
      lock.taken = 0;
    }
  }

  /** Takes the older half of a full cache. */
  void giveHalf(PageStack cache) {
    lock.enter();
    try {
      for (int i = (cache.capacity() + 1) / 2; i > 0; i--) {
        PooledPage page = cache.pollOldest();
        if (page != null) {
          giveOne(page);
        }
      }
    } finally {
      lock.taken = 0;
    }
  }

  private void giveOne(PooledPage page) {
    Slab slab = Objects.requireNonNull(page.slab);
    slab.give(page);
    outside--;
    if (!slab.listed) {
      listed.add(slab.weakly);
      slab.listed = true;
    }
    if (slab.whole() && retained.size() < mostRetained) {
      retained.add(slab);
    }
  }

  /** Takes back all pages of a cache. */
  void giveAll(PageStack cache) {
    lock.enter();
    try {
      for (PooledPage page = cache.pop(); page != null; page = cache.pop()) {
        giveOne(page);
      }
    } finally {
      lock.taken = 0;
    }
  }

  /** Adds a new slab. */
  void add(Slab slab) {
    lock.enter();
    try {
      listed.add(slab.weakly);
      slab.listed = true;
      retained.add(slab);
    } finally {
      lock.taken = 0;
    }
  }

  /** Leaves the wholly free slabs to the garbage collector. */
  void forgetRetained() {
    lock.enter();
    try {
      retained.clear();
    } finally {
      lock.taken = 0;
    }
  }

  /**
   * The slab of this tally was collected: pages that were not free in it are lost, not lent. May be
   * told twice.
   */
  void collected(Tally tally) {
    lock.enter();
    try {
      outside -= tally.cut - tally.free;
      tally.cut = tally.free;
    } finally {
      lock.taken = 0;
    }
  }

  long outside() {
    lock.enter();
    try {
      return outside;
    } finally {
      lock.taken = 0;
    }
  }
}
