package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lends pages of direct memory.
 *
 * <pre>
 *   take ─► cache of the calling thread ─► depot of the size class ─► new slab, if the limit allows
 *   give ─► cache of the calling thread ─► the page's slab, listed by its depot ─► garbage collector
 * </pre>
 *
 * <p>Size classes are 512 B, 4 KiB and by four up to 1 MiB, and by two up to 16 MiB; what is larger
 * is allocated alone, at its exact size, and not kept. The pool refers to no page that is lent: one
 * that is never given back costs memory until the garbage collector finds its slab, nothing worse.
 * Pages smaller than 1 MiB share slabs of 1 MiB, and a slab is not collected while another page of
 * it is lent or cached; its other pages are lent as before. Memory is never freed by hand, so a
 * view can be stale, but never dangling.
 *
 * <p>Thread-safe; nothing is synchronized. Taking and giving on a platform thread are free of
 * atomic operations as long as the thread's cache has pages, and room.
 */
public final class PagePool implements PageSource {
  /** Size of the pages for short copies. */
  static final int TINY = 512;

  /** Size of the pages that writing starts with. */
  static final int SMALL = 4 << 10;

  /** Size of a slab, but of one for larger pages, which holds one. */
  static final int SLAB = 1 << 20;

  /**
   * Size of the largest pages that are pooled. Views of whole messages need that much in one piece,
   * and to allocate and clear it each time costs more than to copy the message.
   */
  static final int LARGEST = 16 << 20;

  private static final int[] SIZES = {
    TINY, SMALL, 16 << 10, 64 << 10, 256 << 10, SLAB, 2 << 20, 4 << 20, 8 << 20, LARGEST
  };

  private final DirectMemory memory;
  private final Depot[] depots = new Depot[SIZES.length];
  private final PageCaches caches = new PageCaches();
  private final AtomicLong alone = new AtomicLong();
  private final AtomicLong aloneBytes = new AtomicLong();

  private static final class Shared {
    static final PagePool POOL = new PagePool(DirectMemory.defaultLimit());
  }

  /**
   * Makes a pool with a limit of its own.
   *
   * @param maxDirectMemory how many bytes of direct memory it may hold, zero or more
   */
  public PagePool(long maxDirectMemory) {
    memory = new DirectMemory(maxDirectMemory, new Forgetting());
    for (int i = 0; i < SIZES.length; i++) {
      depots[i] = new Depot(this, SIZES[i]);
    }
  }

  private final class Forgetting implements Runnable {
    @Override
    public void run() {
      forgetRetained();
    }
  }

  /**
   * The pool that all buffers of the process share, unless they were made over another one. Its
   * limit is the system property {@code io.netpoll.buffer.maxDirectMemory} in bytes; by default it
   * is {@link Runtime#maxMemory()}, which is also the JVM's own default.
   *
   * @return always the same pool
   */
  public static PagePool shared() {
    return Shared.POOL;
  }

  /**
   * Takes a page of at least {@code size} bytes: the smallest size class that fits, else exact.
   *
   * @throws IllegalArgumentException if {@code size} is negative
   */
  @Override
  public Page take(int size) {
    return page(size);
  }

  PooledPage page(int size) {
    if (size > LARGEST) {
      return pageAlone(size);
    }
    int sizeClass = sizeClass(size);
    PageCache cache = caches.enter();
    if (cache == null) {
      return fromDepot(sizeClass, null).lend();
    }
    try {
      PageStack stack = cache.stack(sizeClass);
      PooledPage page = stack == null ? null : stack.pop();
      return (page == null ? fromDepot(sizeClass, stack) : page).lend();
    } finally {
      cache.leave();
    }
  }

  private PooledPage fromDepot(int sizeClass, @Nullable PageStack stack) {
    Depot depot = depots[sizeClass];
    PooledPage page = depot.take(stack);
    if (page == null) {
      caches.sweep(depots);
      page = depot.take(stack);
    }
    while (page == null) {
      Slab.Tally tally = new Slab.Tally();
      ByteBuffer block;
      try {
        block = memory.allocate(depot.slabSize, () -> depot.collected(tally));
      } catch (OutOfDirectMemoryException e) {
        page = larger(sizeClass);
        if (page == null) {
          throw e;
        }
        return page;
      }
      depot.add(new Slab(block, depot.pageSize, tally));
      page = depot.take(stack);
    }
    return page;
  }

  /** At the limit a free page of a larger class does as well. */
  private @Nullable PooledPage larger(int sizeClass) {
    PooledPage page = null;
    for (int i = sizeClass + 1; i < depots.length && page == null; i++) {
      page = depots[i].take(null);
    }
    return page;
  }

  /** Leaves to the garbage collector what is kept for reuse and within reach of this thread. */
  private void forgetRetained() {
    caches.sweep(depots);
    caches.emptyOwn(depots);
    for (Depot depot : depots) {
      depot.forgetRetained();
    }
  }

  private PooledPage pageAlone(int size) {
    AtomicBoolean counted = new AtomicBoolean(true);
    Runnable gone =
        () -> {
          if (counted.getAndSet(false)) {
            alone.decrementAndGet();
            aloneBytes.addAndGet(-size);
          }
        };
    ByteBuffer block = memory.allocate(size, gone);
    alone.incrementAndGet();
    aloneBytes.addAndGet(size);
    return new PooledPage(this, block, gone).lend();
  }

  /**
   * Gives a page back.
   *
   * @throws IllegalArgumentException if it is not of this pool
   * @throws IllegalStateException if it was given back already, where that is noticed
   */
  @Override
  public void give(Page page) {
    if (!(page instanceof PooledPage) || ((PooledPage) page).pool != this) {
      throw new IllegalArgumentException(
          "The page of " + page.size() + " bytes is not of this pool.");
    }
    give((PooledPage) page);
  }

  void give(PooledPage page) {
    page.takeBack();
    if (page.gone != null) {
      page.gone.run();
      return;
    }
    int sizeClass = sizeClass(page.size());
    Depot depot = depots[sizeClass];
    PageCache cache = caches.enter();
    if (cache == null) {
      depot.give(page);
      return;
    }
    try {
      PageStack stack = cache.stack(sizeClass);
      if (stack == null) {
        depot.give(page);
      } else if (!stack.push(page)) {
        depot.giveHalf(stack);
        stack.push(page);
      }
    } finally {
      cache.leave();
    }
  }

  /**
   * The index of the smallest class that fits: of 512 B, of 4 KiB and by four, of 1 MiB and by two.
   *
   * @throws IllegalArgumentException if the size is negative
   */
  private static int sizeClass(int size) {
    if (size <= TINY) {
      if (size < 0) {
        throw new IllegalArgumentException("A page's size is not negative: " + size);
      }
      return 0;
    }
    if (size > SLAB) {
      return 5 + 32 - Integer.numberOfLeadingZeros((size - 1) >>> 20);
    }
    int doublings = 32 - Integer.numberOfLeadingZeros((size - 1) >>> 12);
    return 1 + ((doublings + 1) >>> 1);
  }

  /**
   * The direct memory that this pool holds, lent or free, including what was given up and waits for
   * the garbage collector.
   *
   * @return in bytes
   */
  public long bytesHeld() {
    return memory.held();
  }

  /**
   * The number of pages that are lent. Exact while no other thread takes or gives, else about
   * right; pages that were lost count until their slab was collected.
   *
   * @return zero or more
   */
  public long pagesInUse() {
    long pages = alone.get();
    for (int i = 0; i < depots.length; i++) {
      pages += pagesInUse(i);
    }
    return pages;
  }

  /**
   * The size of all pages that are lent, as exact as {@link #pagesInUse}.
   *
   * @return in bytes
   */
  public long bytesInUse() {
    long bytes = aloneBytes.get();
    for (int i = 0; i < depots.length; i++) {
      bytes += pagesInUse(i) * SIZES[i];
    }
    return bytes;
  }

  private long pagesInUse(int sizeClass) {
    return Math.max(0, depots[sizeClass].outside() - caches.count(sizeClass));
  }

  /**
   * The limit on direct memory.
   *
   * @return in bytes
   */
  public long maxDirectMemory() {
    return memory.limit();
  }
}
