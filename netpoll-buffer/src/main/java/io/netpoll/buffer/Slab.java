package io.netpoll.buffer;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A block of direct memory that is cut into pages of one size, each when it is first needed.
 *
 * <p>Holds its free pages, never a lent one. A slab that no lent or cached page refers to is
 * reachable weakly only (unless its depot retains it), and goes back by garbage collection.
 *
 * <p>Guarded by its depot's lock.
 */
final class Slab {
  final WeakReference<Slab> weakly = new WeakReference<>(this);
  final Tally tally;

  /** Whether the depot lists this slab as one with free pages. */
  boolean listed;

  private final ByteBuffer memory;
  private final int pageSize;
  private final @Nullable PooledPage[] free;

  Slab(ByteBuffer memory, int pageSize, Tally tally) {
    this.memory = memory;
    this.pageSize = pageSize;
    this.tally = tally;
    free = new PooledPage[memory.capacity() / pageSize];
  }

  /** Takes a free page, or null if all are lent. */
  @Nullable PooledPage take(PagePool pool) {
    if (tally.free > 0) {
      int top = --tally.free;
      PooledPage page = free[top];
      free[top] = null;
      return page;
    }
    if (tally.cut == free.length) {
      return null;
    }
    PooledPage page = new PooledPage(pool, this, memory.slice(tally.cut * pageSize, pageSize));
    tally.cut++;
    return page;
  }

  void give(PooledPage page) {
    free[tally.free++] = page;
  }

  boolean exhausted() {
    return tally.free == 0 && tally.cut == free.length;
  }

  boolean whole() {
    return tally.free == tally.cut;
  }

  /** How many pages were cut, and how many of these are free: what outlives a collected slab. */
  static final class Tally {
    int cut;
    int free;
  }
}
