package io.netpoll.buffer;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The free pages that one platform thread, or one of several threads at a time, has at hand: a
 * stack for each size that is worth it. (From 256 KiB on, what is done to a page's bytes takes so
 * much longer than the depot's lock that a cache would only tie memory up.)
 */
final class PageCache {
  private static final int[] CAPACITIES = {32, 32, 8, 4};

  /** How threads that share this cache take turns; null if it belongs to one thread. */
  final @Nullable PoolLock turns;

  /** What its owner keeps: weakly, so that a thread which outlives the library does not hold it. */
  final WeakReference<PageCache> weakly = new WeakReference<>(this);

  /** The thread that this cache belongs to; weakly, since its own map of locals leads here. */
  private final @Nullable WeakReference<Thread> owner;

  private final PageStack[] stacks = new PageStack[CAPACITIES.length];

  private PageCache(@Nullable WeakReference<Thread> owner, @Nullable PoolLock turns) {
    this.owner = owner;
    this.turns = turns;
    for (int i = 0; i < stacks.length; i++) {
      stacks[i] = new PageStack(CAPACITIES[i]);
    }
  }

  /** One that the given thread alone uses, without a lock. */
  static PageCache ownedBy(Thread owner) {
    return new PageCache(new WeakReference<>(owner), null);
  }

  /** One for whichever thread has entered {@link #turns}. */
  static PageCache shared() {
    return new PageCache(null, new PoolLock());
  }

  /** The stack of a size class, null if this class is not cached. */
  @Nullable PageStack stack(int sizeClass) {
    return sizeClass < stacks.length ? stacks[sizeClass] : null;
  }

  boolean isOwnedBy(Thread thread) {
    return owner != null && owner.refersTo(thread);
  }

  /** Whether the owner has ended; what it did happens-before that is seen. */
  boolean ownerEnded() {
    if (owner == null) {
      return false;
    }
    Thread thread = owner.get();
    return thread == null || !thread.isAlive();
  }

  /** The number of pages of a size class; a moment old if other threads use them. */
  int count(int sizeClass) {
    PageStack stack = stack(sizeClass);
    return stack == null ? 0 : stack.count();
  }

  /** How many bytes a cache holds at most. */
  static long mostBytes(int[] sizes) {
    long sum = 0;
    for (int i = 0; i < CAPACITIES.length; i++) {
      sum += (long) CAPACITIES[i] * sizes[i];
    }
    return sum;
  }
}
