package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The account of a pool's direct memory: what is held, and the limit on it.
 *
 * <p>Memory is charged before it is allocated and credited when the garbage collector has found
 * that nothing refers to it any more, neither a page nor a view; nothing is ever freed by hand. So
 * memory that was given up counts until a collection. At the limit the account therefore asks for
 * one, as the JDK does at its own limit, and refuses only after that. A refusal is followed by a
 * time in which further requests are refused at once, so that a process that is out of memory does
 * not collect garbage all the time.
 *
 * <p>The JVM has a limit of its own, which no module that this one may depend on tells, and which
 * other users of direct memory share. So it is not read but met: a refusal by the JVM, before which
 * it collects garbage itself and sleeps for up to half a second, is passed on with its message,
 * which names its limit, and followed by the same time without further attempts.
 *
 * <p>Any thread; the slow path of the pool only.
 */
final class DirectMemory {
  static final String PROPERTY = "io.netpoll.buffer.maxDirectMemory";

  private static final long BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RECLAIM_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
  private static final Cleaner CLEANER = Cleaner.create(new CleanerThread());

  private final long limit;
  private final Runnable beforeCollecting;
  private final AtomicLong held = new AtomicLong();
  private final ReentrantLock reclaiming = new ReentrantLock();

  /** When collecting garbage did not help, and when the JVM refused: each backs off by itself. */
  private volatile long reclaimFailedAt = System.nanoTime() - BACK_OFF_NANOS;

  private volatile JvmRefusal jvmRefused = new JvmRefusal(reclaimFailedAt, "");

  /**
   * Makes an account.
   *
   * @param limit how many bytes may be held
   * @param beforeCollecting lets go of memory that is kept for reuse only
   */
  DirectMemory(long limit, Runnable beforeCollecting) {
    if (limit < 0) {
      throw new IllegalArgumentException("A limit on direct memory is not negative: " + limit);
    }
    this.limit = limit;
    this.beforeCollecting = beforeCollecting;
  }

  /** The limit that the property sets, else what the JVM allows by default. */
  static long defaultLimit() {
    String value = System.getProperty(PROPERTY);
    if (value != null) {
      try {
        long bytes = Long.parseLong(value.trim());
        if (bytes >= 0) {
          return bytes;
        }
      } catch (NumberFormatException notNumber) {
        // Reported below, like a negative number.
      }
      System.getLogger(DirectMemory.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "The property {0} must be a number of bytes, not \"{1}\"; it is ignored.",
              PROPERTY,
              value);
    }
    return Runtime.getRuntime().maxMemory();
  }

  long limit() {
    return limit;
  }

  long held() {
    return held.get();
  }

  /**
   * Allocates direct memory.
   *
   * @param collected runs when the memory was collected; must not refer to it
   * @throws OutOfDirectMemoryException if it is refused
   * @throws OutOfMemoryError if the heap is full
   */
  ByteBuffer allocate(int size, Runnable collected) {
    JvmRefusal last = jvmRefused;
    if (backingOff(last.at())) {
      throw refusal(size, " The JVM refused more a moment ago: " + last.reason());
    }
    if (!charge(size) && !(reclaim(size) && charge(size))) {
      throw refusal(size, "");
    }
    ByteBuffer memory;
    try {
      memory = ByteBuffer.allocateDirect(size);
    } catch (OutOfMemoryError e) {
      held.addAndGet(-size); // first: there may be no memory for the rest
      if (e.getMessage() == null || !e.getMessage().contains("direct")) {
        throw e; // it is the heap that is full
      }
      String reason = e.getMessage() + " (-XX:MaxDirectMemorySize sets its limit).";
      jvmRefused = new JvmRefusal(System.nanoTime(), reason);
      throw refusal(size, " The JVM allows no more: " + reason);
    }
    try {
      CLEANER.register(memory, new Credit(held, size, collected));
    } catch (OutOfMemoryError e) {
      held.addAndGet(-size);
      throw e;
    }
    return memory;
  }

  private boolean charge(int size) {
    long now;
    do {
      now = held.get();
      if (size > limit - now) {
        return false;
      }
    } while (!held.compareAndSet(now, now + size));
    return true;
  }

  /** Has garbage collected, and waits a short while for it to be credited. */
  private boolean reclaim(int size) {
    if (size > limit || backingOff(reclaimFailedAt)) {
      return false;
    }
    reclaiming.lock();
    try {
      if (size <= limit - held.get()) {
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
      while (size > limit - held.get() && System.nanoTime() - start < RECLAIM_NANOS) {
        LockSupport.parkNanos(pause);
        interrupted |= Thread.interrupted();
        pause *= 2;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (size <= limit - held.get()) {
        return true;
      }
      reclaimFailedAt = System.nanoTime();
      return false;
    } finally {
      reclaiming.unlock();
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
            + held.get()
            + " are held, the limit is "
            + limit
            + " (system property "
            + PROPERTY
            + ")."
            + cause);
  }

  private static final class CleanerThread implements ThreadFactory {
    @Override
    public Thread newThread(Runnable task) {
      Thread thread = new Thread(null, task, "netpoll-buffer-cleaner", 0, false);
      thread.setDaemon(true);
      return thread;
    }
  }

  /** When the JVM refused, and what it said, its own limit among that. */
  private record JvmRefusal(long at, String reason) {}

  private record Credit(AtomicLong held, int size, Runnable collected) implements Runnable {
    @Override
    public void run() {
      held.addAndGet(-size);
      collected.run();
    }
  }
}
