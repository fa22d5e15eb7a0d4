package io.netpoll.it.reliability;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what the classes of an {@link AllocationLoader} allocate, and refuses some of it as a full
 * heap would. One for the whole virtual machine; the test's thread arms it.
 */
public final class Allocations {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final List<Throwable> DIRECT_ON_LOOPS = new CopyOnWriteArrayList<>();

  private static final List<Throwable> REFUSALS = new CopyOnWriteArrayList<>();

  private static volatile boolean armed;
  private static volatile Thread spared;
  private static volatile int first;
  private static volatile int behindLast;

  private Allocations() {}

  /** Refuses {@code count} allocations from the one of number {@code first} on, counted from 1. */
  static void refuse(int first, int count) {
    COUNT.set(0);
    REFUSALS.clear();
    Allocations.first = first;
    behindLast = first + count;
    armed = true;
  }

  /** Leaves out what the calling thread allocates while it looks. */
  static void whileSpared(Runnable look) {
    spared = Thread.currentThread();
    try {
      look.run();
    } finally {
      spared = null;
    }
  }

  /** Counts and refuses no more; returns whether any was refused. */
  static boolean allowAll() {
    armed = false;
    return COUNT.get() >= first;
  }

  /** What was refused since it was asked for last, and where. */
  static List<Throwable> refusals() {
    return REFUSALS;
  }

  /** Called before, or just after, an object or an array is allocated. */
  public static void allocating() {
    if (armed && Thread.currentThread() != spared) {
      int number = COUNT.incrementAndGet();
      if (number >= first && number < behindLast) {
        OutOfMemoryError refusal = new OutOfMemoryError("allocation " + number + " is refused");
        REFUSALS.add(refusal);
        throw refusal;
      }
    }
  }

  /** Called before direct memory is allocated, which may sleep. */
  public static void allocatingDirect() {
    if (Thread.currentThread().getClass().getSimpleName().equals("LoopThread")) {
      DIRECT_ON_LOOPS.add(new Throwable("direct memory is allocated on a poll loop's thread"));
    }
    allocating();
  }

  /** Where loops' threads have allocated direct memory so far. */
  static List<Throwable> directOnLoops() {
    return DIRECT_ON_LOOPS;
  }
}
