package io.netpoll.core.connection;

import io.netpoll.LinkBuffer;
import io.netpoll.ReadTimeoutException;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Nanos;
import io.netpoll.internal.StackRoom;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The user's end of a connection's input: one reading thread at a time empties what the {@linkplain
 * InputReceiver socket's end} has filled, both at once and without a lock.
 *
 * <h2>Waiting</h2>
 *
 * A reader publishes itself and what it waits for ({@code waiter}), puts a full fence, looks at the
 * length again, and parks. The leader publishes bytes, puts a full fence, and reads {@code waiter}.
 * One of the two sees the other.
 *
 * <h2>Wishes</h2>
 *
 * A reader wishes for bytes by a wait or by {@link #request}, and publishes up to which count of
 * all bytes that ever come: as the target of {@code waiter}, and as {@code requested}. As long as
 * fewer have come, the leader does not signal the run, the run does not call OnRequest, and input
 * goes on above the mark. A wish that came true has no effect any more, however long it stays
 * published, since counts never decrease: nobody needs to take it back. One that has not come true
 * may have kept a signal back; so the thread that gives it up ({@code waiter}: the end of a wait;
 * {@code requested}: a smaller request, a new handler) takes it back, puts a full fence, and
 * signals the run unless that is known to be needless. The leader publishes bytes, puts a full
 * fence, and reads the wishes. So one of the two has the run look.
 */
final class ConnectionInput extends CallerInput implements Await.Arrivals {
  private static final VarHandle WAITER;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(ConnectionInput.class, "waiter", Waiter.class);
      DEADLINE = lookup.findVarHandle(ConnectionInput.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A thread that waits until {@code target} bytes were written. */
  private record Waiter(Thread thread, long target) {}

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Waiter waiter;

  /**
   * Up to which count of all bytes the last {@link #request} wishes; 0 if nothing is wished for.
   */
  private volatile long requested;

  // The run only.
  private long shownToHandler;

  private boolean handlerMadeProgress;
  private boolean endShownToHandler;

  ConnectionInput(EngineConnection connection, ConnectionSettings settings) {
    super(connection);
    this.deadline = settings.readDeadline;
  }

  // ---- The thread that has filled the chain --------------------------------------------------

  @Override
  void arrived() {
    connection.recordActivity();
    Pipe forwarding = pipe();
    if (forwarding != null && forwarding.arrived()) {
      return;
    }
    VarHandle.fullFence(); // pairs with that of a waiter, and of a thread that gives up a wish
    Waiter waiting = waiter;
    if (waiting != null && written() - waiting.target >= 0) {
      connection.loop().wakeAfterBatch(waiting.thread);
    }
    if (missing() <= 0) {
      connection.callbacks.signalInput();
    }
  }

  @Override
  void arrivedBesideLeader() {
    connection.recordActivity();
    VarHandle.fullFence(); // as in arrived
    Waiter waiting = waiter;
    if (waiting != null && waiting.thread != Thread.currentThread()) {
      wake();
    }
  }

  // ---- The pipe that reads here: the leader ----------------------------------------------------

  /**
   * Gives what was received, all of it, to another connection, which sends what it can. Leader
   * only.
   */
  void moveTo(ConnectionOutput destination) throws IOException {
    if (unread() > 0) {
      destination.forward(buffer());
    }
  }

  /** The pipe reads from now on, and nobody else; false if the memory was given back. */
  boolean forwardsThrough(Pipe reader) {
    boolean holds = holdFor(reader);
    if (holds) {
      forgetViews();
    }
    return holds;
  }

  /** The pipe is over: it reads no more, nor does the thread that has piped. */
  void forwardsNoMore(Pipe reader) {
    if (forwardsThrough(reader)) {
      letGo(reader);
    }
  }

  /** Gives back all memory of a closed connection, unless a thread reads or has views. */
  void giveBack() {
    if (token.isShut()) {
      takeBack();
    }
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Whether a handler call is due. */
  boolean wantsHandler(boolean ended) {
    if (unread() == 0) {
      return false;
    }
    if (ended) {
      return !endShownToHandler || handlerMadeProgress;
    }
    return missing() <= 0 && (handlerMadeProgress || written() != shownToHandler);
  }

  /**
   * Begins a handler call.
   *
   * @return what {@link #endCall} wants
   */
  long beginHandlerCall(boolean ended) {
    shownToHandler = written();
    endShownToHandler = ended;
    handlerMadeProgress = false;
    return consumed();
  }

  /** Begins another callback, which may read; returns what {@link #endCall} wants. */
  long beginCall() {
    return consumed();
  }

  /** Ends a handler call, or another: what it consumed is released. */
  void endCall(long consumedBefore) {
    handlerMadeProgress |= consumed() != consumedBefore;
    releaseViews();
    resumeBehindFence();
  }

  /**
   * Whether the handler has seen as much as the mark allows, has consumed nothing, and wishes for
   * no more: unless somebody else consumes some, nothing comes any more.
   */
  boolean isStuck() {
    return !handlerMadeProgress
        && isAtMark()
        && written() == shownToHandler
        && missing() <= 0
        && waiter == null
        && pipe() == null
        && !isHeld();
  }

  /** Shows what is buffered, as if it had just come. */
  void redeliver() {
    handlerMadeProgress = true;
  }

  /** Whether a thread is inside a wait. */
  boolean isAwaited() {
    return waiter != null;
  }

  /**
   * Takes what was received and not consumed; after the last handler call, when nobody may read.
   * Views that are out stay valid: the pages are shared.
   */
  LinkBuffer takeUnread() throws IOException {
    Thread caller = Thread.currentThread();
    holdFor(caller);
    try {
      LinkedBuffer known = buffer();
      return known.slice(known.length());
    } finally {
      letGo(caller);
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
    Waiter waiting = waiter;
    if (waiting != null) {
      Await.wake(waiting.thread);
    }
    wakeCaller();
    Pipe forwarding = pipe();
    if (forwarding != null) {
      forwarding.look();
    }
  }

  /**
   * The calling thread closes the connection: it is inside no read, and lets go of the reading end
   * unless it has views, which stay valid.
   */
  void letGoByCaller() {
    letGo(Thread.currentThread());
    lookIfOver();
  }

  /**
   * To be called after the reading end was let go of: the last one that leaves gives it back. The
   * run that ends the connection sets CLOSED and looks at the holder; this looks at CLOSED after
   * the holder was cleared. One of the two sees the other.
   */
  private void lookIfOver() {
    if (connection.state.has(ConnectionState.CLOSED)) {
      connection.callbacks.signal();
    }
  }

  // ---- The reading thread --------------------------------------------------------------------

  private void resumeIfPaused() {
    VarHandle.fullFence(); // pairs with the fence of InputFlowControl.pausesIf
    resumeBehindFence();
  }

  @Override
  long missing() {
    long came = written();
    long missing = requested - came;
    Waiter waiting = waiter;
    return waiting == null ? missing : Math.max(missing, waiting.target - came);
  }

  @Override
  protected boolean await(int n) throws IOException {
    long wanted = consumed() + n;
    Supplier<String> what = () -> describe(n);
    if (!mayStillCome()) {
      return written() - wanted >= 0;
    }
    Await.permit(what);
    long start = System.nanoTime();
    boolean inTime = false;
    if (!WAITER.compareAndSet(this, null, new Waiter(Thread.currentThread(), wanted))) {
      throw new IllegalStateException(
          what.get()
              + " was refused because another thread is reading from this connection: let one"
              + " thread at a time read.");
    }
    try {
      resumeIfPaused(); // its fence pairs with the one of arrived, too
      Await.Limit limit = () -> deadline.left(start);
      inTime =
          readByCaller(wanted, limit)
              || Await.until(() -> written() - wanted >= 0 || !mayStillCome(), limit, this, what);
      if (!inTime) {
        throw new ReadTimeoutException(
            what.get()
                + " got "
                + buffer().length()
                + " within "
                + Nanos.text(System.nanoTime() - start)
                + ".");
      }
      return written() - wanted >= 0;
    } finally {
      waiter = null; // first: it cannot fail
      if (!inTime) {
        connection.state.set(ConnectionState.WAIT_ABORTED);
      }
      if (written() - wanted < 0) {
        connection.callbacks.signalInput(); // there may be bytes that the wait kept back
      }
      if (connection.state.has(ConnectionState.DETACH)) {
        connection.callbacks.signal(); // the detachment may wait for this reader to leave
      }
      connection.callbacks.waitedSince(start);
    }
  }

  @Override
  public CompletableFuture<?> caughtUp() {
    return connection.loop().caughtUp();
  }

  @Override
  public long progress() {
    return written();
  }

  @Override
  public boolean areHeldUp() {
    return awaitsMemory;
  }

  @Override
  protected IOException ended(Supplier<String> what) {
    if (letGo(Thread.currentThread())) {
      lookIfOver();
    }
    return connection.closedException(what);
  }

  @Override
  protected String origin() {
    return connection.peer();
  }

  @Override
  public int readTo(ByteBuffer destination) throws IOException {
    if (destination.hasRemaining() && (!hold() || buffer().length() == 0 && !await(1))) {
      boolean closedHere =
          connection.state.has(ConnectionState.CLOSING)
              && !connection.state.has(ConnectionState.BY_PEER);
      if (closedHere || connection.hasFilterFailed()) { // it may be cut off, too
        throw connection.closedException(() -> describe(1) + " found none");
      }
      return -1;
    }
    return destination.hasRemaining() ? buffer().readTo(destination) : 0;
  }

  @Override
  public boolean request(int n) {
    StackRoom.forAConnection();
    if (buffer().request(n) && written() - requested >= 0) {
      return true; // there is no wish to note, and none to give up
    }
    long before = requested;
    long now = consumed() + n;
    requested = now;
    resumeIfPaused(); // its fence pairs with the one of arrived, too
    look();
    boolean come = buffer().request(n);
    if (come && now - before < 0) {
      connection.callbacks.signalInput(); // a part of what was wished for before may have come
    }
    return come;
  }

  /** Gives up what was wished for by {@link #request}; the caller signals the run. Any thread. */
  void forgetRequest() {
    requested = 0;
  }

  @Override
  public void release() {
    StackRoom.forAConnection();
    if (hold()) {
      releaseViews();
    }
    resumeIfPaused();
    dropIfNotKept();
    lookIfOver();
  }
}
