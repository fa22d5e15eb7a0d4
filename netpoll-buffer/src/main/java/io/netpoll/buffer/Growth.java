package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.internal.LibraryThreads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The allocation of one slab by a thread of its own, for threads that must not wait: to allocate
 * direct memory may take half a second where it is used up, since the JVM collects garbage and
 * sleeps before it refuses, and so does the pool at its own limit.
 *
 * <p>There is one at a time for each depot, which leads whoever needs it here. They wait for it for
 * {@link #PATIENCE_NANOS} from its beginning, which is enough as long as there is memory, and leave
 * then, to come back. The slab is in the depot when it is over. What a refusal was for, the account
 * remembers for a while; any other failure is thrown to whoever comes next.
 */
final class Growth implements Runnable {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final CentralPool depot;
  private final Runnable allocation;
  private final long begin = System.nanoTime();

  /** Written before {@code over}, read behind it. */
  private @Nullable Throwable failure;

  private volatile boolean over;

  private Growth(CentralPool depot, Runnable allocation) {
    this.depot = depot;
    this.allocation = allocation;
  }

  /**
   * Has a slab allocated, if no thread is about to do that, and waits for a moment.
   *
   * @param allocation adds a slab to the depot
   * @return whether that is over; false if it is under way still
   */
  static boolean of(CentralPool depot, Runnable allocation) {
    Growth known = depot.growth.get();
    while (known == null) {
      Growth fresh = new Growth(depot, allocation);
      known = depot.growth.compareAndSet(null, fresh) ? fresh.start() : depot.growth.get();
    }
    return known.awaitEnd();
  }

  private Growth start() {
    boolean started = false;
    try {
      LibraryThreads.daemon("netpoll-memory", this).start();
      started = true;
    } catch (OutOfMemoryError noThread) {
      run(); // better late than never
      started = true;
    } finally {
      if (!started) {
        over = true;
      }
    }
    return this;
  }

  @Override
  public void run() {
    try {
      allocation.run();
    } catch (OutOfDirectMemoryException refused) {
      // The next attempt is refused at once, for as long as the account remembers it.
    } catch (Throwable t) {
      failure = t;
    } finally {
      over = true;
    }
  }

  private boolean awaitEnd() {
    while (!over) {
      if (System.nanoTime() - begin >= PATIENCE_NANOS) {
        return false;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    boolean first = depot.growth.compareAndSet(this, null);
    if (first && failure instanceof Error e) {
      throw e;
    }
    return true;
  }
}
