package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.internal.Setting;
import java.lang.ref.PhantomReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The account of a pool's direct memory: what is held, and the limit on it.
 *
 * <p>Memory is charged before it is allocated and credited when the garbage collector has found
 * that nothing refers to it any more, neither a page nor a view; nothing is ever freed by hand. So
 * memory that was given up counts until a collection, and until the account is looked at: no thread
 * waits for that. At the limit the account therefore asks for one, as the JDK does at its own
 * limit, and refuses only after that. A refusal is followed by a time in which further requests are
 * refused at once, so that a process that is out of memory does not collect garbage all the time.
 *
 * <p>The JVM has a limit of its own, which no module that this one may depend on tells, and which
 * other users of direct memory share. So it is not read but met: a refusal by the JVM, before which
 * it collects garbage itself and sleeps for up to half a second, is passed on with its message,
 * which names its limit, and followed by the same time without further attempts.
 *
 * <p>Any thread; the slow path of the pool only.
 */
final class DirectMemory {
  private static final long BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RECLAIM_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  /** How many charges an allocation looks at; it adds one, so none waits for long. */
  private static final int LOOKS = 64;

  private final long limit;
  private final IntFunction<ByteBuffer> system;
  private final Runnable beforeCollecting;
  private final PoolLock lock = new PoolLock();
  private final PoolLock reclaiming = new PoolLock();

  // Under the lock.
  private final List<Charge> charges = new ArrayList<>();
  private long held;
  private int next;

  /** When collecting garbage did not help, and when the JVM refused: each backs off by itself. */
  private volatile long reclaimFailedAt = System.nanoTime() - BACK_OFF_NANOS;

  private volatile JvmRefusal jvmRefused = new JvmRefusal(reclaimFailedAt, "");

  /**
   * Makes an account.
   *
   * @param limit how many bytes may be held
   * @param system allocates, as {@link ByteBuffer#allocateDirect}
   * @param beforeCollecting lets go of memory that is kept for reuse only
   */
  DirectMemory(long limit, IntFunction<ByteBuffer> system, Runnable beforeCollecting) {
    if (limit < 0) {
      throw new IllegalArgumentException("A limit on direct memory is not negative: " + limit);
    }
    this.limit = limit;
    this.system = system;
    this.beforeCollecting = beforeCollecting;
  }

  /** The limit that the property sets, else what the JVM allows by default. */
  static long defaultLimit() {
    return Setting.BUFFER_MAX_DIRECT_MEMORY.bytes(Runtime.getRuntime().maxMemory());
  }

  long limit() {
    return limit;
  }

  /** How much is held, once what was collected is credited. */
  long held() {
    lock.enter();
    try {
      credit(charges.size());
      return held;
    } finally {
      lock.taken = 0;
    }
  }

  /**
   * Allocates direct memory.
   *
   * @param collected runs when the memory was collected, perhaps twice, on any thread that uses the
   *     account then; must not refer to the memory, nor use the account
   * @throws OutOfDirectMemoryException if it is refused
   * @throws OutOfMemoryError if the heap is full
   */
  ByteBuffer allocate(int size, Runnable collected) {
    checkJvm(size);
    Charge charge = new Charge(size, collected);
    if (!enter(charge) && !(reclaim(size) && enter(charge))) {
      throw refusal(size, "");
    }
    ByteBuffer memory = null;
    try {
      memory = system.apply(size);
      charge.memory = new PhantomReference<>(memory, null);
      return memory;
    } catch (OutOfMemoryError e) {
      charge.failed = true; // first: there may be no memory for the rest
      if (memory != null || e.getMessage() == null || !e.getMessage().contains("direct")) {
        throw e; // it is the heap that is full
      }
      String reason = e.getMessage() + " (-XX:MaxDirectMemorySize sets its limit).";
      jvmRefused = new JvmRefusal(System.nanoTime(), reason);
      throw refusal(size, " The JVM allows no more: " + reason);
    } finally {
      charge.failed = charge.memory == null;
    }
  }

  private void checkJvm(int size) {
    JvmRefusal last = jvmRefused;
    if (backingOff(last.at())) {
      throw refusal(size, " The JVM refused more a moment ago: " + last.reason());
    }
  }

  /**
   * Whether memory may be had without a collection. Never waits.
   *
   * @throws OutOfDirectMemoryException if {@link #allocate} would refuse it at once
   */
  boolean hasRoom(int size) {
    checkJvm(size);
    if (size <= limit - held()) {
      return true;
    }
    if (size > limit || backingOff(reclaimFailedAt)) {
      throw refusal(size, "");
    }
    return false;
  }

  /** Enters a charge in the account, if the limit allows. */
  private boolean enter(Charge charge) {
    lock.enter();
    try {
      credit(LOOKS);
      if (charge.size > limit - held) {
        credit(charges.size());
        if (charge.size > limit - held) {
          return false;
        }
      }
      charges.add(charge);
      held += charge.size;
      return true;
    } finally {
      lock.taken = 0;
    }
  }

  /** Looks at so many charges, and credits those that are over. Under the lock. */
  private void credit(int looks) {
    for (int i = Math.min(looks, charges.size()); i > 0; i--) {
      int at = next < charges.size() ? next : 0;
      Charge charge = charges.get(at);
      if (!charge.isOver()) {
        next = at + 1;
        continue;
      }
      held -= charge.size;
      charge.size = 0; // if the rest breaks off, it is looked at again
      if (!charge.failed) {
        charge.collected.run();
      }
      charges.set(at, charges.get(charges.size() - 1));
      charges.remove(charges.size() - 1);
    }
  }

  /** Has garbage collected, and waits a short while for it to be credited. */
  private boolean reclaim(int size) {
    if (size > limit || backingOff(reclaimFailedAt)) {
      return false;
    }
    reclaiming.enter();
    try {
      if (size <= limit - held()) {
        return true;
      }
      if (backingOff(reclaimFailedAt)) {
        return false;
      }
      beforeCollecting.run();
      System.gc();
      boolean interrupted = Thread.interrupted();
      long start = System.nanoTime();
      long pause = 100_000;
      while (size > limit - held() && System.nanoTime() - start < RECLAIM_NANOS) {
        LockSupport.parkNanos(pause);
        interrupted |= Thread.interrupted();
        pause *= 2;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (size <= limit - held()) {
        return true;
      }
      reclaimFailedAt = System.nanoTime();
      return false;
    } finally {
      reclaiming.taken = 0;
    }
  }

  private static boolean backingOff(long since) {
    return System.nanoTime() - since < BACK_OFF_NANOS;
  }

  private OutOfDirectMemoryException refusal(int size, String cause) {
    return new OutOfDirectMemoryException(
        "Out of direct memory: "
            + size
            + " bytes are needed, "
            + held()
            + " are held, the limit is "
            + limit
            + " (system property "
            + Setting.BUFFER_MAX_DIRECT_MEMORY.property()
            + ")."
            + cause);
  }

  /** When the JVM refused, and what it said, its own limit among that. */
  private record JvmRefusal(long at, String reason) {}

  /** Memory that counts until it is collected, or could not be allocated. */
  private static final class Charge {
    final Runnable collected;

    /** How many bytes it counts; 0 once credited. Under the lock of the account. */
    int size;

    /** Tells when the memory is collected; null before it is allocated. */
    volatile @Nullable PhantomReference<ByteBuffer> memory;

    /** Set if it never is. */
    volatile boolean failed;

    Charge(int size, Runnable collected) {
      this.size = size;
      this.collected = collected;
    }

    boolean isOver() {
      PhantomReference<ByteBuffer> known = memory;
      return failed || known != null && known.refersTo(null);
    }
  }
}
