package io.netpoll.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A few free pages of one size; the one that came last, hot in the processor's cache, goes first.
 *
 * <p>Used by one thread at a time. Its count may be read by any (opaque), for the statistics. The
 * methods that change it call nothing, so that none breaks off half-way for want of stack: its
 * pages are those between {@code oldest} and {@code oldest + count}, counted round, and no others.
 */
final class PageStack {
  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(PageStack.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final @Nullable PooledPage[] pages;
  private int oldest;
  private int count;

  /**
   * Makes an empty one.
   *
   * @param capacity a power of two
   */
  PageStack(int capacity) {
    pages = new PooledPage[capacity];
  }

  int capacity() {
    return pages.length;
  }

  /** How many pages wait here; from any thread, perhaps a moment old. */
  int count() {
    return (int) COUNT.getOpaque(this);
  }

  /** Takes the page that came last; null if there is none. */
  @Nullable PooledPage pop() {
    if (count == 0) {
      return null;
    }
    int top = (oldest + count - 1) & (pages.length - 1);
    PooledPage page = pages[top];
    pages[top] = null;
    count--;
    return page;
  }

  /** Takes the page that has been here for longest; null if there is none. */
  @Nullable PooledPage pollOldest() {
    if (count == 0) {
      return null;
    }
    PooledPage page = pages[oldest];
    pages[oldest] = null;
    oldest = (oldest + 1) & (pages.length - 1);
    count--;
    return page;
  }

  /** Adds a page, unless there is no room. */
  boolean push(PooledPage page) {
    if (count == pages.length) {
      return false;
    }
    pages[(oldest + count) & (pages.length - 1)] = page;
    count++;
    return true;
  }
}
