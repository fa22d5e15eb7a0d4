package io.netpoll.core.connection;

import io.netpoll.WriteTimeoutException;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Nanos;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a flush waits on its thread: while more than the high-water mark is unsent, until no more
 * than the low-water mark is, or the write timeout is over.
 *
 * <p>The waiter publishes itself, puts a full fence, looks at what is unsent, and parks; a sender
 * acknowledges bytes, puts a full fence, and reads the waiter.
 */
abstract class OutputFlowControl extends OutputSender implements Await.Arrivals {
  private static final VarHandle WAITER;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(OutputFlowControl.class, "waiter", Thread.class);
      DEADLINE = lookup.findVarHandle(OutputFlowControl.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Thread waiter;

  OutputFlowControl(EngineConnection connection, ConnectionSettings settings) {
    super(connection);
    this.deadline = settings.writeDeadline;
  }

  /** Wakes a waiting flush so that it looks at the connection's state and its deadline again. */
  abstract void wake();

  // ---- Any thread ----------------------------------------------------------------------------

  /** How long a wait may take. */
  final Deadline deadline() {
    return deadline;
  }

  /** Changes how long a wait may take, also of one that goes on. */
  final void changeDeadline(UnaryOperator<Deadline> change) {
    Deadline before;
    do {
      before = deadline;
    } while (!DEADLINE.compareAndSet(this, before, change.apply(before)));
    wake();
  }

  /** Wakes the waiter, so that it looks at everything again. After a full fence. */
  final void wakeWaiter() {
    Await.wake(waiter);
  }

  /** Wakes the waiter if it need not wait any more. After a full fence. */
  final void wakeWaiterIfLow() {
    Thread waiting = waiter;
    if (waiting != null && isLow()) {
      Await.wake(waiting);
    }
  }

  // ---- The writing thread --------------------------------------------------------------------

  /** Waits; fails if the time is over, or the connection sends no more. */
  final void awaitDrain() throws IOException {
    Supplier<String> what = () -> "A flush to " + connection.peer();
    long start = System.nanoTime();
    boolean inTime = false;
    if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
      throw new IllegalStateException(
          what.get()
              + " was refused because another thread is writing to this connection: let one thread"
              + " at a time write.");
    }
    try {
      VarHandle.fullFence(); // pairs with the fence of OutputSender.sent
      int unsendable = ConnectionState.CLOSING | ConnectionState.FAILED;
      inTime =
          Await.until(() -> isLow() || connection.state.has(unsendable), limit(start), this, what);
      if (!inTime) {
        throw new WriteTimeoutException(
            what.get()
                + " left "
                + pending()
                + " bytes unsent after "
                + Nanos.text(System.nanoTime() - start)
                + ".");
      }
      failIfDropped();
      if (!isLow()) {
        throw connection.closedException(() -> what.get() + " left " + pending() + " bytes unsent");
      }
    } finally {
      waiter = null; // first: it cannot fail
      if (!inTime) {
        connection.state.set(ConnectionState.WAIT_ABORTED);
      }
      connection.callbacks.waitedSince(start);
    }
  }

  final void failIfDropped() throws IOException {
    if (dropped) {
      throw connection.closedException(
          () -> "A flush to " + connection.peer() + " was not sent to its end");
    }
  }

  @Override
  public CompletableFuture<?> caughtUp() {
    return connection.loop().caughtUp();
  }

  @Override
  public long progress() {
    return filter == null ? buffer.consumed() : buffer.consumed() + filter.sent();
  }

  /** A thread that waits for what a flush of another gives back waits for that thread, too. */
  @Override
  public boolean areHeldUp() {
    return isLow();
  }

  private Await.Limit limit(long start) {
    return hasFiles() ? new Standstill(start) : () -> deadline.left(start);
  }

  /** The limit of a wait for a file: it begins anew if bytes have left when it is over. */
  private final class Standstill implements Await.Limit {
    private long since;
    private long left = buffer.consumed();

    Standstill(long since) {
      this.since = since;
    }

    @Override
    public long nanosLeft() {
      long nanos = deadline.left(since);
      long now = buffer.consumed();
      if (nanos > 0 || now == left) {
        return nanos;
      }
      left = now;
      since = System.nanoTime();
      return deadline.left(since);
    }
  }
}
