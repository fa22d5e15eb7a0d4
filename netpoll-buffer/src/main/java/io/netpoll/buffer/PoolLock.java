package io.netpoll.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that cannot stay taken when its holder runs out of stack or heap: to leave it is one write
 * to a field. Every critical section has this form:
 *
 * <pre>
 *   lock.enter();
 *   try { ... } finally { lock.taken = 0; }
 * </pre>
 *
 * Nothing is called between the compare-and-set that takes the lock and the {@code try}, nor in the
 * {@code finally}. A lock of java.util.concurrent calls methods to unlock, and a {@link
 * StackOverflowError} in one of them leaves it locked for ever; users do flush deep in recursions.
 *
 * <p>What a critical section changes must hold, too, when it breaks off at any call.
 *
 * <p>The compare-and-set pairs with the volatile write: who enters sees all that was done before.
 * Not reentrant and not fair; who waits spins, then parks for a moment at a time. For sections that
 * last for microseconds, as a rule. Any thread.
 */
final class PoolLock {
  private static final int SPINS = 64;
  private static final int LONGEST_PAUSE_SHIFT = 20; // nanoseconds: about a millisecond

  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(PoolLock.class, "taken", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** 1 while the lock is taken. Its holder writes 0, to leave. */
  volatile int taken;

  /** Takes the lock; waits for it. */
  void enter() {
    for (int tries = 0; !tryEnter(); tries++) {
      pause(tries);
    }
  }

  /** Takes the lock, or fails at once. */
  boolean tryEnter() {
    return TAKEN.compareAndSet(this, 0, 1);
  }

  private static void pause(int tries) {
    if (tries < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield(); // parking does not wait where the thread is interrupted
      LockSupport.parkNanos(1L << Math.min(10 + tries - SPINS, LONGEST_PAUSE_SHIFT));
    }
  }
}
