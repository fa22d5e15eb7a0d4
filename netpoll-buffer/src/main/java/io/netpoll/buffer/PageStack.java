package io.netpoll.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A few free pages of one size; the one that came last, hot in the processor's cache, goes first.
 *
 * <p>Used by one thread at a time. Its count may be read by any (opaque), for the statistics.
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
  private int count;

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

  @Nullable PooledPage pop() {
    int top = count - 1;
    if (top < 0) {
      return null;
    }
    PooledPage page = pages[top];
    pages[top] = null;
    COUNT.setOpaque(this, top);
    return page;
  }

  /** Adds a page, unless there is no room. */
  boolean push(PooledPage page) {
    int top = count;
    if (top == pages.length) {
      return false;
    }
    pages[top] = page;
    COUNT.setOpaque(this, top + 1);
    return true;
  }

  /** The page that came as number {@code index} among those that are here, from 0 on. */
  PooledPage get(int index) {
    return Objects.requireNonNull(pages[index]);
  }

  void removeOldest(int number) {
    int left = count - number;
    System.arraycopy(pages, number, pages, 0, left);
    for (int i = left; i < count; i++) {
      pages[i] = null;
    }
    COUNT.setOpaque(this, left);
  }
}
