package io.netpoll.buffer;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A page of a pool: cut from a slab, or larger than any size class and allocated alone.
 *
 * <p>Refers to its slab, not the other way round while it is lent: a page that is lost takes its
 * slab with it.
 */
final class PooledPage extends BufferPage {
  final PagePool pool;

  /** Null for a page that was allocated alone. */
  final @Nullable Slab slab;

  /** Undoes the count of a page that was allocated alone, when it is given back or lost. */
  final @Nullable Runnable gone;

  /** In debug mode, where the page was given back last. */
  @Nullable Throwable released;

  /** Catches most pages that are given back twice; plain, since it need not catch all. */
  private boolean lent;

  PooledPage(PagePool pool, Slab slab, ByteBuffer memory) {
    super(memory);
    this.pool = pool;
    this.slab = slab;
    this.gone = null;
  }

  PooledPage(PagePool pool, ByteBuffer memory, Runnable gone) {
    super(memory);
    this.pool = pool;
    this.slab = null;
    this.gone = gone;
  }

  PooledPage lend() {
    lent = true;
    if (LeakDetector.ON) {
      Poison.check(this);
    }
    return this;
  }

  void takeBack() {
    if (!lent) {
      throw new IllegalStateException(
          "The page of " + size() + " bytes was given back already.", released);
    }
    lent = false;
    if (LeakDetector.ON) {
      Poison.spread(this);
    }
  }

  @Override
  void recycle() {
    pool.takeBack(this);
  }
}
