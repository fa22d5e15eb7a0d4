package io.netpoll.client;

import io.netpoll.core.execution.Await;
import org.jspecify.annotations.Nullable;

/**
 * A caller that waits for a connection. {@link PoolState} decides what it gets, once, and queues
 * it; whoever brought that about wakes it, outside of the lock.
 *
 * <p>{@code place} and {@code failure} are written before {@code served}, a volatile write that the
 * caller's look at {@link #isServed} pairs with; the wake-up follows it.
 *
 * @param <C> the type of the connections
 */
abstract class Waiter<C> {
  private @Nullable PooledEntry<C> place;
  private @Nullable Exception failure;
  private volatile boolean served;

  /** Gives it a connection. Under the lock of the state. */
  final void serve(PooledEntry<C> place) {
    this.place = place;
    served = true;
  }

  /** Gives it an exception. Under the lock of the state. */
  final void fail(Exception failure) {
    this.failure = failure;
    served = true;
  }

  /** Whether it was given something. Any thread. */
  final boolean isServed() {
    return served;
  }

  /** What it was given, once it {@linkplain #isServed is served}; null if that is a failure. */
  final @Nullable PooledEntry<C> place() {
    return place;
  }

  /** The failure that it was given, or null. */
  final @Nullable Exception failure() {
    return failure;
  }

  /** Lets the caller look. After it was served; without a lock. */
  abstract void wake();

  /** One whose thread waits. */
  static final class OfThread<C> extends Waiter<C> {
    private final Thread thread = Thread.currentThread();

    @Override
    void wake() {
      Await.wake(thread);
    }
  }
}
