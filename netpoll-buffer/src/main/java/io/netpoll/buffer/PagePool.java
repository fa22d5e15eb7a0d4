package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
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
 * <p>Thread-safe; nothing is synchronized. Taking and giving on a platform thread that has a cache
 * of its own are free of atomic operations as long as the cache has pages, and room. The first
 * max(32, twice the number of processors) platform threads have one; later ones get one when such a
 * thread has ended, and share up to 16 others by turns until then, as virtual threads always do. A
 * cache holds at most 528 KiB, so all of them together hold at most 25 MiB on up to 16 processors,
 * and 1 MiB more for each further one, however many threads there are.
 *
 * <p>A call that breaks off, whatever is thrown, leaves the pool whole: at worst a page is lost, as
 * if it had never been given back.
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
  private final CentralPool[] depots = new CentralPool[SIZES.length];
  private final PageCaches caches = new PageCaches(depots);
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
    this(maxDirectMemory, new OfTheSystem());
  }

  /** Makes one whose memory comes from a test. */
  PagePool(long maxDirectMemory, IntFunction<ByteBuffer> system) {
    memory = new DirectMemory(maxDirectMemory, system, new Forgetting());
    for (int i = 0; i < SIZES.length; i++) {
      depots[i] = new CentralPool(this, SIZES[i]);
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
    PooledPage page = free(sizeClass);
    return (page == null ? allocated(sizeClass) : page).lend();
  }

  /** A free page of the calling thread's cache, or of the depot; null if there is none. */
  private @Nullable PooledPage free(int sizeClass) {
    CentralPool depot = depots[sizeClass];
    PageCache cache = caches.enter();
    if (cache == null) {
      return depot.take(null);
    }
    PoolLock turns = cache.turns;
    try {
      PageStack stack = cache.stack(sizeClass);
      PooledPage page = stack == null ? null : stack.pop();
      return page == null ? depot.take(stack) : page;
    } finally {
      if (turns != null) {
        turns.taken = 0;
      }
    }
  }

  /** A page of a new slab, unless others have given one meanwhile. Holds no cache. */
  private PooledPage allocated(int sizeClass) {
    lookBeforeAllocating();
    PooledPage page;
    while ((page = free(sizeClass)) == null) {
      try {
        grow(depots[sizeClass]);
      } catch (OutOfDirectMemoryException e) {
        return larger(sizeClass, e);
      }
    }
    return page;
  }

  private void lookBeforeAllocating() {
    caches.sweep();
    caches.lookForPlace();
  }

  private void grow(CentralPool depot) {
    Slab.Tally tally = new Slab.Tally();
    ByteBuffer block = memory.allocate(depot.slabSize, () -> depot.collected(tally));
    depot.add(new Slab(block, depot.pageSize, tally));
  }

  /**
   * Takes a page for a thread that must not wait for memory, as the leader of a poll loop. Where
   * some has to be allocated, another thread does that; the caller waits for two milliseconds at
   * most, and not at all if others have waited for the same.
   *
   * @param size at most {@link #LARGEST}
   * @return null if memory is being allocated: to be asked again soon
   * @throws OutOfDirectMemoryException if it was refused
   */
  @Nullable PooledPage pageSoon(int size) {
    int sizeClass = sizeClass(size);
    PooledPage page = free(sizeClass);
    if (page == null) {
      page = allocatedSoon(sizeClass);
    }
    return page == null ? null : page.lend();
  }

  private @Nullable PooledPage allocatedSoon(int sizeClass) {
    CentralPool depot = depots[sizeClass];
    lookBeforeAllocating();
    PooledPage page;
    while ((page = free(sizeClass)) == null) {
      try {
        if (!memory.hasRoom(depot.slabSize)) {
          caches.emptyReachable(); // the other thread cannot reach this one's
        }
      } catch (OutOfDirectMemoryException e) {
        return larger(sizeClass, e);
      }
      if (!Growth.of(depot, () -> grow(depot))) {
        return null;
      }
    }
    return page;
  }

  /** At the limit a free page of a larger class does as well. */
  private PooledPage larger(int sizeClass, OutOfDirectMemoryException refusal) {
    for (int i = sizeClass + 1; i < depots.length; i++) {
      PooledPage page = depots[i].take(null);
      if (page != null) {
        return page;
      }
    }
    throw refusal;
  }

  private static final class OfTheSystem implements IntFunction<ByteBuffer> {
    @Override
    public ByteBuffer apply(int size) {
      return ByteBuffer.allocateDirect(size);
    }
  }

  private final class Forgetting implements Runnable {
    @Override
    public void run() {
      forgetRetained();
    }
  }

  /** Leaves to the garbage collector what is kept for reuse and within reach of this thread. */
  private void forgetRetained() {
    caches.sweep();
    caches.emptyReachable();
    for (CentralPool depot : depots) {
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
    ((PooledPage) page).letGo(); // parts of it may be in chains
  }

  void takeBack(PooledPage page) {
    page.takeBack();
    if (page.gone != null) {
      page.gone.run();
      return;
    }
    int sizeClass = sizeClass(page.size());
    CentralPool depot = depots[sizeClass];
    PageCache cache = caches.enter();
    if (cache == null) {
      depot.give(page);
      return;
    }
    PoolLock turns = cache.turns;
    try {
      PageStack stack = cache.stack(sizeClass);
      if (stack == null) {
        depot.give(page);
      } else if (!stack.push(page)) {
        depot.giveHalf(stack);
        stack.push(page);
      }
    } finally {
      if (turns != null) {
        turns.taken = 0;
      }
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

  /** How many bytes of free pages wait in caches; as exact as {@link #pagesInUse}. */
  long bytesCached() {
    long bytes = 0;
    for (int i = 0; i < depots.length; i++) {
      bytes += caches.count(i) * SIZES[i];
    }
    return bytes;
  }

  /** What {@link #bytesCached} never exceeds. */
  long mostBytesCached() {
    return caches.most() * PageCache.mostBytes(SIZES);
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
