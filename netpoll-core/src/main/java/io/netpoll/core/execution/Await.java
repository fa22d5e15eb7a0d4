package io.netpoll.core.execution;

import io.netpoll.InlineWaitException;
import io.netpoll.core.loop.Log;
import io.netpoll.internal.LogLimit;
import io.netpoll.internal.StackRoom;
import io.netpoll.internal.VirtualCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one seam through which every wait of the library goes: reading, flushing, dialling, name
 * resolution, shutdown. Before it parks, it sends what the caller's handler holds back, and passes
 * the poll loop on that the caller leads.
 *
 * <p>A waiter first publishes what it waits for, then comes here; a thread that makes the condition
 * true publishes that, and then unparks the waiters that it sees. Both sides put a full fence
 * between their write and their read, so that one of the two always sees the other. No periodic
 * tick masks a lost wake-up.
 */
public final class Await {
  /** How long a wait whose time is over may last on, for what has arrived to be handled. */
  public static final long GRACE_NANOS = 200_000_000;

  private static final LogLimit WAKING_FAILED = new LogLimit();

  private Await() {}

  /** Tells how long a waiter may still wait; asked anew after each wake-up. */
  @FunctionalInterface
  public interface Limit {
    /** No limit. */
    Limit NONE =
        new Limit() {
          @Override
          public long nanosLeft() {
            return Long.MAX_VALUE;
          }
        };

    /**
     * The time left.
     *
     * @return in nanoseconds; zero or less when it is over; Long.MAX_VALUE for no limit
     */
    long nanosLeft();

    /**
     * A limit counted from now.
     *
     * @param nanos nanoseconds, or Long.MAX_VALUE for none
     * @return the limit
     */
    static Limit in(long nanos) {
      if (nanos == Long.MAX_VALUE) {
        return NONE;
      }
      long start = System.nanoTime();
      return new Limit() {
        @Override
        public long nanosLeft() {
          return nanos - (System.nanoTime() - start);
        }
      };
    }
  }

  /** What arrives at connections and makes a condition true. Any thread. */
  @FunctionalInterface
  public interface Arrivals {
    /** Other threads of this process make the condition true. */
    Arrivals NONE = new Arrivals() { // no lambda on the way of a process's first dial
          @Override
          public CompletableFuture<?> caughtUp() {
            return CompletableFuture.completedFuture(null);
          }
        };

    /**
     * Has the poll loops that are concerned handle all that has arrived by now, and look soon.
     *
     * @return completed when that was done. Dependents may run on a poll loop's own stack, and must
     *     neither wait nor call user code
     */
    CompletableFuture<?> caughtUp();

    /**
     * How far the condition has come.
     *
     * @return a number that changes when it comes nearer
     */
    default long progress() {
      return 0;
    }

    /** Whether what has arrived waits for something else than the loop, like memory. Any thread. */
    default boolean areHeldUp() {
      return false;
    }
  }

  /**
   * Whether the calling thread may wait for the network.
   *
   * @return false on a poll loop's own thread, unless the loop can be passed on
   */
  public static boolean isPermitted() {
    LoopThread thread = LoopThread.current();
    return thread == null || !thread.mustNotWait();
  }

  /**
   * Whether the calling thread may sleep in the system until its own socket has input: it is a
   * platform thread, and leads no poll loop.
   *
   * @return false on a virtual thread, whose carrier others need
   */
  public static boolean mayWaitInSystem() {
    return LoopThread.current() == null && !VirtualCheck.isVirtual(Thread.currentThread());
  }

  /**
   * Wakes a waiter, so that it looks at its condition again.
   *
   * @param waiter the thread; null does nothing
   */
  public static void wake(@Nullable Thread waiter) {
    try {
      LockSupport.unpark(waiter);
    } catch (RuntimeException | OutOfMemoryError e) {
      // No carrier could be started for a virtual thread, which is in their queue all the same.
      noteFailure(e);
    }
    if (waiter instanceof LoopThread thread) {
      thread.wakeInPlace();
    }
  }

  private static void noteFailure(Throwable cause) {
    try {
      if (WAKING_FAILED.permits()) {
        Log.EXECUTION.log(
            System.Logger.Level.WARNING,
            "A virtual thread could not be woken at once: let the process have more threads.",
            cause);
      }
    } catch (Error noMemory) {
      // There is none to load the text: no reason to keep the others waiting.
    }
  }

  /**
   * Waits for a future, whatever interrupts; the interrupt flag is set again afterwards. On a poll
   * loop's own thread, which must not wait, it returns at once.
   *
   * @param future anything that completes by itself; how it completes makes no difference
   * @param limit how long: what a poll loop must do may have to wait for a handler that holds it
   * @return whether it is complete
   */
  public static boolean uninterruptibly(CompletableFuture<?> future, Limit limit) {
    if (future.isDone() || !isPermitted()) {
      return future.isDone();
    }
    Thread caller = Thread.currentThread();
    future.whenComplete((value, failure) -> wake(caller));
    boolean interrupted = false;
    boolean over = false;
    while (!over) {
      try {
        until(future::isDone, limit, () -> "Closing");
        over = true;
      } catch (InterruptedIOException e) {
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      caller.interrupt();
    }
    return future.isDone();
  }

  /**
   * Waits for the result of a future.
   *
   * @param <T> its type
   * @param future anything that completes by itself
   * @param what names the action, for messages
   * @return the result
   * @throws InlineWaitException as {@link #permit}, unless it is complete already
   * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set
   * @throws IOException what it failed with; a RuntimeException is thrown as such
   */
  public static <T> T result(CompletableFuture<T> future, String what) throws IOException {
    if (!future.isDone()) {
      permit(() -> what);
      Thread caller = Thread.currentThread();
      future.whenComplete((value, failure) -> wake(caller));
      until(future::isDone, Limit.NONE, () -> what);
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("a completed future does not wait", e);
    }
  }

  /**
   * Refuses to wait on a poll loop's own thread, and where there is no stack left for a wait.
   *
   * @param what names the action, for the message: "A read of 8 bytes from /127.0.0.1:80"
   * @throws InlineWaitException if the calling thread leads a poll loop that cannot be passed on
   */
  public static void permit(Supplier<String> what) {
    StackRoom.forAWait();
    if (!isPermitted()) {
      throw new InlineWaitException(
          what.get()
              + " would have to wait on the poll loop's own thread: ask with Reader.request before,"
              + " or run handlers in an execution mode other than inline.");
    }
  }

  /**
   * Parks until {@code condition} holds, which no input or output of a connection makes true.
   *
   * @param condition what is waited for
   * @param limit how long
   * @param what names the action, for the message of an interruption
   * @return whether the condition holds; false if the time is over
   * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set
   */
  public static boolean until(BooleanSupplier condition, Limit limit, Supplier<String> what)
      throws InterruptedIOException {
    return until(condition, limit, Arrivals.NONE, what);
  }

  /**
   * Parks until {@code condition} holds. The caller has published itself as a waiter, with a full
   * fence after that, and has been {@linkplain #permit permitted}.
   *
   * <p>What has arrived counts before what is due, also if the process stood still meanwhile: when
   * the time is over, the poll loops handle what has arrived first. They have a fifth of a second
   * for that, since a loop may be stuck in a handler.
   *
   * @param condition what is waited for
   * @param limit how long
   * @param arrivals what may make the condition true
   * @param what names the action, for the message of an interruption
   * @return whether the condition holds; false if the time is over
   * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set
   */
  public static boolean until(
      BooleanSupplier condition, Limit limit, Arrivals arrivals, Supplier<String> what)
      throws InterruptedIOException {
    if (condition.getAsBoolean()) {
      return true;
    }
    HeldFlushes.sendByCaller();
    do {
      if (park(condition, limit, what) || catchUp(condition, arrivals, what)) {
        return true;
      }
    } while (limit.nanosLeft() > 0);
    return false;
  }

  /** Waits until what has arrived was handled, as long as that brings the condition nearer. */
  private static boolean catchUp(
      BooleanSupplier condition, Arrivals arrivals, Supplier<String> what)
      throws InterruptedIOException {
    if (arrivals == Arrivals.NONE) {
      return condition.getAsBoolean();
    }
    Thread caller = Thread.currentThread();
    Limit grace = Limit.in(GRACE_NANOS);
    long before;
    boolean heldUp;
    do {
      before = arrivals.progress();
      heldUp = arrivals.areHeldUp();
      CompletableFuture<?> caughtUp;
      try {
        caughtUp = arrivals.caughtUp();
      } catch (VirtualMachineError noMemory) { // the caller must hear that its time is over
        break;
      }
      caughtUp.whenComplete((nothing, failure) -> wake(caller));
      park(() -> condition.getAsBoolean() || caughtUp.isDone(), grace, what);
      heldUp |= arrivals.areHeldUp();
    } while (!condition.getAsBoolean()
        && (heldUp || arrivals.progress() != before)
        && grace.nanosLeft() > 0);
    return condition.getAsBoolean();
  }

  private static boolean park(BooleanSupplier condition, Limit limit, Supplier<String> what)
      throws InterruptedIOException {
    LoopThread thread = LoopThread.current();
    HandlerLoop led = thread == null ? null : thread.ledLoop();
    boolean inPlace = led != null && !led.handoff.passOn(thread);
    for (; ; ) {
      if (inPlace) {
        inPlace = led.nestedLoop.lead(thread, condition, limit);
      }
      if (condition.getAsBoolean()) {
        return true;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException(what.get() + " was interrupted while waiting.");
      }
      long left = limit.nanosLeft();
      if (left <= 0) {
        return condition.getAsBoolean();
      }
      if (inPlace) {
        continue;
      }
      if (left == Long.MAX_VALUE) {
        LockSupport.park(Await.class);
      } else {
        LockSupport.parkNanos(Await.class, left);
      }
    }
  }
}
