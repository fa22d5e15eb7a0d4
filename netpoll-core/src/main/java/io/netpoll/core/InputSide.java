package io.netpoll.core;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.ReadTimeoutException;
import io.netpoll.buffer.InputReader;
import io.netpoll.spi.Input;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection that takes what arrives: the poller's leader fills it, one reading
 * thread at a time empties it, both at once and without a lock.
 *
 * <h2>Waiting</h2>
 *
 * A reader publishes what it waits for and itself ({@code target}, then {@code waiter}), puts a
 * full fence, looks at the length again, and parks. The leader publishes bytes, puts a full fence,
 * and reads {@code waiter}. One of the two sees the other.
 *
 * <h2>Back-pressure</h2>
 *
 * At {@code limit()} unread bytes the leader sets {@code paused}, puts a full fence and looks again
 * before it stops reading; a consumer puts a full fence behind its consumption (at release, before
 * it parks, at the end of a run, which is a compare-and-set) and then reads {@code paused}. So
 * input never stays paused while the reader has caught up. Between the handler calls of a run it is
 * looked at without a fence. A wait or {@link #request} for more than the mark raises the limit
 * through {@code demand}.
 */
final class InputSide extends InputReader implements Input {
  private static final int SMALLEST_READ = 4 << 10;
  private static final int LARGEST_READ = 1 << 20;

  private static final VarHandle WAITER;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(InputSide.class, "waiter", Thread.class);
      DEADLINE = lookup.findVarHandle(InputSide.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineConnection connection;

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Thread waiter;

  /** The value of {@code buffer.written()} that the waiter waits for. */
  private volatile long target;

  /** How many unread bytes a reader wants; raises the limit where it is above the mark. */
  private volatile int demand;

  /** Set by the leader only. */
  private volatile boolean paused;

  // Leader only.
  private int readSize = SMALLEST_READ;
  private int offered;
  private boolean discarding;

  // The run only.
  private long shownToHandler;
  private boolean handlerMadeProgress;
  private boolean endShownToHandler;

  InputSide(EngineConnection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.deadline = settings.readDeadline;
  }

  // ---- The poller's leader -------------------------------------------------------------------

  @Override
  public boolean space(Spans into) {
    if (!discarding && isFull()) {
      paused = true;
      VarHandle.fullFence(); // pairs with the fence of resumeIfPaused
      if (isFull()) {
        return false;
      }
      paused = false;
    }
    try {
      buffer.reserve(Math.max(readSize, Math.min(demand - unread(), LARGEST_READ)), into);
      offered = into.bytes();
      return true;
    } catch (OutOfDirectMemoryException e) {
      paused = true;
      connection.closeForFailure("has no memory to read into", e);
      return false;
    }
  }

  private boolean isFull() {
    return unread() >= Math.max(connection.settings.inputHighWaterMark, demand)
        || connection.out.isThrottlingInput();
  }

  @Override
  public void filled(int bytes) {
    if (discarding) {
      buffer.commit(0);
      return;
    }
    buffer.commit(bytes);
    if (bytes > 0) {
      adaptReadSize(bytes);
      arrived();
    }
  }

  @Override
  public void take(Page page, int offset, int length) {
    if (discarding) {
      buffer.pool().give(page);
      return;
    }
    buffer.give(page, offset, length);
    arrived();
  }

  @Override
  public void ended() {
    connection.leader.inputEnded();
  }

  private void adaptReadSize(int bytes) {
    if (bytes == offered && readSize < LARGEST_READ) {
      readSize *= 4;
    } else if (bytes < readSize / 16 && readSize > SMALLEST_READ) {
      readSize /= 4;
    }
  }

  private void arrived() {
    connection.moved();
    VarHandle.fullFence(); // pairs with the fence of a waiter
    Thread waiting = waiter;
    if (waiting != null && buffer.written() - target >= 0) {
      connection.loop().wakeAfterBatch(waiting);
    }
    if (unread() >= demand) {
      connection.run.signalInput();
    }
  }

  /** Goes on reading if the reader has caught up. Leader only. */
  void resumeNow() {
    if (paused && wantsMore()) {
      paused = false;
      connection.leader.handle().resumeInput();
    }
  }

  /** Stops taking input, because the connection closes. Leader only. */
  void stop() {
    paused = true;
    connection.leader.handle().pauseInput();
  }

  /** Reads on and drops what comes. Leader only. */
  void discard() {
    discarding = true;
    connection.leader.handle().resumeInput();
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Whether a handler call is due. */
  boolean wantsHandler(boolean ended) {
    int unread = unread();
    if (unread == 0) {
      return false;
    }
    if (ended) {
      return !endShownToHandler || handlerMadeProgress;
    }
    return unread >= demand && (handlerMadeProgress || buffer.written() != shownToHandler);
  }

  /**
   * Begins a handler call.
   *
   * @return what {@link #endHandlerCall} wants
   */
  long beginHandlerCall(boolean ended) {
    shownToHandler = buffer.written();
    endShownToHandler = ended;
    demand = 0;
    return buffer.consumed();
  }

  /** Ends a handler call: what it consumed is released. */
  void endHandlerCall(long consumedBefore) {
    handlerMadeProgress = buffer.consumed() != consumedBefore;
    buffer.release();
    resumeBehindFence();
  }

  /** Shows what is buffered, as if it had just come. */
  void showAgain() {
    handlerMadeProgress = true;
  }

  /** Gives back all memory, after the last handler call of a closed connection. */
  void recycle() {
    if (WAITER.compareAndSet(this, null, Thread.currentThread())) {
      buffer.close();
      waiter = null;
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Changes how long a wait may take, also of one that goes on. */
  void changeDeadline(UnaryOperator<Deadline> change) {
    Deadline before;
    do {
      before = deadline;
    } while (!DEADLINE.compareAndSet(this, before, change.apply(before)));
    wake();
  }

  /** Wakes a waiting reader so that it looks at the connection's state and its deadline again. */
  void wake() {
    VarHandle.fullFence();
    Await.wake(waiter);
  }

  /** Bytes received and not consumed. */
  int unread() {
    return (int) Math.min(Integer.MAX_VALUE, buffer.written() - buffer.consumed());
  }

  // ---- The reading thread --------------------------------------------------------------------

  private void resumeIfPaused() {
    VarHandle.fullFence(); // pairs with the fence of space
    resumeBehindFence();
  }

  /** Has input resumed if the reader has caught up. Any thread. */
  void resumeBehindFence() {
    if (paused && wantsMore()) {
      connection.leader.post(LeaderSide.RESUME);
    }
  }

  private boolean wantsMore() {
    int unread = unread();
    return (unread <= connection.settings.inputLowWaterMark || unread < demand)
        && !connection.out.isThrottlingInput();
  }

  @Override
  protected boolean await(int n) throws IOException {
    long wanted = buffer.consumed() + n;
    Supplier<String> what = () -> describe(n);
    if (!mayStillCome()) {
      return buffer.written() - wanted >= 0;
    }
    Await.permit(what);
    if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
      throw new IllegalStateException(
          what.get()
              + " was refused because another thread is reading from this connection: let one"
              + " thread at a time read.");
    }
    long start = System.nanoTime();
    try {
      target = wanted;
      waiter = Thread.currentThread();
      demand = n;
      resumeIfPaused(); // its fence pairs with the one of arrived, too
      boolean inTime =
          Await.until(
              () -> buffer.written() - wanted >= 0 || !mayStillCome(),
              () -> deadline.left(start),
              what,
              connection.loop());
      if (!inTime) {
        throw new ReadTimeoutException(
            what.get()
                + " got "
                + buffer.length()
                + " within "
                + Nanos.text(System.nanoTime() - start)
                + ".");
      }
      return buffer.written() - wanted >= 0;
    } finally {
      demand = 0;
      waiter = null;
      connection.run.waitedSince(start);
    }
  }

  private boolean mayStillCome() {
    return !connection.state.has(ConnectionState.ENDED | ConnectionState.CLOSING);
  }

  @Override
  protected IOException ended(Supplier<String> what) {
    return connection.closedException(what);
  }

  @Override
  protected String origin() {
    return connection.peer();
  }

  @Override
  public int readTo(ByteBuffer destination) throws IOException {
    if (destination.hasRemaining() && buffer.length() == 0 && !await(1)) {
      if (connection.state.has(ConnectionState.CLOSING)
          && !connection.state.has(ConnectionState.BY_PEER)) {
        throw connection.closedException(() -> describe(1) + " found none");
      }
      return -1;
    }
    return destination.hasRemaining() ? buffer.readTo(destination) : 0;
  }

  @Override
  public boolean request(int n) {
    if (buffer.request(n)) {
      return true;
    }
    demand = n;
    resumeIfPaused();
    return buffer.request(n);
  }

  @Override
  public void release() {
    buffer.release();
    resumeIfPaused();
  }
}
