package io.netpoll.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The free pages that a platform thread, or one virtual thread at a time, has at hand: a stack for
 * each size that is worth it. (From 256 KiB on, what is done to a page's bytes takes so much longer
 * than the depot's lock that a cache would only tie memory up.)
 */
final class PageCache {
  private static final int[] CAPACITIES = {32, 32, 8, 4};
  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(PageCache.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The thread that this cache belongs to; null if virtual threads share it. */
  final @Nullable Thread owner;

  private final PageStack[] stacks = new PageStack[CAPACITIES.length];

  @SuppressWarnings("unused") // through BUSY
  private boolean busy;

  PageCache(@Nullable Thread owner) {
    this.owner = owner;
    for (int i = 0; i < stacks.length; i++) {
      stacks[i] = new PageStack(CAPACITIES[i]);
    }
  }

  /** The stack of a size class, null if this class is not cached. */
  @Nullable PageStack stack(int sizeClass) {
    return sizeClass < stacks.length ? stacks[sizeClass] : null;
  }

  /** For a shared cache: takes the right to use it, or fails at once. Pairs with leave. */
  boolean tryEnter() {
    return BUSY.compareAndSet(this, false, true);
  }

  /** Ends the use. A release: the next who enters sees the pages as they are. */
  void leave() {
    if (owner == null) {
      BUSY.setRelease(this, false);
    }
  }

  boolean ownerEnded() {
    return owner != null && !owner.isAlive();
  }

  /** The number of pages of a size class; a moment old if other threads use them. */
  int count(int sizeClass) {
    PageStack stack = stack(sizeClass);
    return stack == null ? 0 : stack.count();
  }
}
