package io.netpoll.core.connection;

import io.netpoll.LinkBuffer;
import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.ReadTimeoutException;
import io.netpoll.buffer.InputReader;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.core.execution.Await;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.internal.Nanos;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection that takes what arrives: the poller's leader fills it, one reading
 * thread at a time empties it, both at once and without a lock.
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
 *
 * <h2>Back-pressure</h2>
 *
 * At the high-water mark of unread bytes the leader sets {@code paused}, puts a full fence and
 * looks again before it stops reading; a consumer puts a full fence after its consumption (at
 * release, before it parks, at the end of a run, which is a compare-and-set) and then reads {@code
 * paused}. So input never stays paused while the reader has caught up. Between the handler calls of
 * a run it is looked at without a fence. A wish for more than the mark raises the limit until it
 * comes true.
 *
 * <h2>Memory</h2>
 *
 * The leader makes the chain when bytes are about to come. It keeps it while the input is among the
 * {@link InputCache} of the loop, and drops it when it is not, and the chain is empty. What it
 * reserves follows the bytes that came, not those that a reader waits for.
 *
 * <p>The leader does not wait for memory. While another thread allocates some, input is paused, and
 * tried again by a timer; the connection is closed only when memory was refused.
 */
final class ConnectionInput extends InputReader implements Input, Await.Arrivals {
  /** Reads, at most, for one event before others have their turn. */
  private static final int READS_PER_EVENT = 16;

  private static final int SMALLEST_READ_SHIFT = 12;
  private static final int LARGEST_READ_SHIFT = 20;

  /** So many bytes of what a reader waits for are offered to a peer that has sent none of them. */
  private static final int TRUSTED = 64 << 10;

  private static final VarHandle WAITER;
  private static final VarHandle PIPE;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(ConnectionInput.class, "waiter", Waiter.class);
      PIPE = lookup.findVarHandle(ConnectionInput.class, "pipe", Pipe.class);
      DEADLINE = lookup.findVarHandle(ConnectionInput.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A thread that waits until {@code target} bytes were written. */
  private record Waiter(Thread thread, long target) {}

  private final EngineConnection connection;
  private final @Nullable ConnectionFilter filter;

  /** The right to read from the socket. */
  final SocketToken token = new SocketToken();

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Waiter waiter;

  /**
   * Up to which count of all bytes the last {@link #request} wishes; 0 if nothing is wished for.
   */
  private volatile long requested;

  /** Set by the leader only. */
  private volatile boolean paused;

  /** Where the input goes; null if it is for the reading thread. */
  private volatile @Nullable Pipe pipe;

  // Leader only.
  private byte readShift = SMALLEST_READ_SHIFT;
  private int offered;
  private boolean discarding;

  /** Tries again to have memory; null as long as that was never needed. */
  private TimerWheel.@Nullable Timer retry;

  /**
   * There was no memory to read into, and there was no read since. The leader clears it after it
   * has published what was read, so that a thread that waits sees one of the two.
   */
  private volatile boolean awaitsMemory;

  /** Bytes came since {@link InputCache} looked. */
  private boolean used;

  /** The place among the {@link InputCache}, or NOWHERE. */
  private int cacheSlot = InputCache.NOWHERE;

  // The run only.
  private long shownToHandler;
  private boolean handlerMadeProgress;
  private boolean endShownToHandler;

  ConnectionInput(EngineConnection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.filter = connection.filter;
    this.deadline = settings.readDeadline;
  }

  // ---- The poller's leader -------------------------------------------------------------------

  /**
   * The socket is readable: reads until a read does not fill the space offered, which means that
   * nothing more is there, or others must have their turn. A small request costs one read.
   *
   * @param ending whether the end comes after what is there, so that it is worth reading on to it
   */
  void readable(boolean ending) {
    Handle handle = connection.endpoint.handle();
    if (!token.tryTake()) { // another thread reads, or nobody may any more
      handle.pauseInput();
      return;
    }
    int read = 0;
    IOException failure = null;
    try {
      read = readUntilEmpty(handle, ending);
    } catch (IOException e) {
      failure = e;
    } finally {
      giveBackToken(handle);
    }
    if (failure != null) {
      connection.endpoint.failed(failure);
    } else if (read < 0) {
      if (filter != null) {
        filter.receivedAll();
        filter.reportFailure();
      }
      connection.endpoint.ended();
    }
    if (filter != null) {
      connection.out.sendFiltered();
    }
  }

  /** Returns what the last read brought; -1 at the end. */
  private int readUntilEmpty(Handle handle, boolean ending) throws IOException {
    int read = 0;
    for (int i = 0; i < READS_PER_EVENT; i++) {
      offered = 0;
      read = handle.receive(this);
      if (read > 0 && filter != null) {
        filter.receive(this);
      }
      boolean isPartial = read < offered && (read == 0 || !ending);
      if (read < 0 || isPartial || offered == 0) { // none is wanted then
        return read;
      }
    }
    return read;
  }

  /** Leader only, after it has read. */
  private void giveBackToken(Handle handle) {
    if (paused && !discarding) {
      handle.pauseInput();
      token.release();
    } else {
      token.pass();
    }
  }

  /** Has the poller look for input; false if another thread reads, or nobody may. Leader only. */
  private boolean watch() {
    boolean isPollers = token.isPassed() || token.tryPass();
    if (isPollers) {
      connection.endpoint.handle().resumeInput();
    }
    return isPollers;
  }

  /** Begins to read. Leader only. */
  void start() {
    watch();
  }

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
      if (reserve(into)) {
        offered = into.bytes();
        return true;
      }
      paused = true;
      awaitMemory();
    } catch (OutOfDirectMemoryException e) {
      paused = true;
      connection.closeForFailure("has no memory to read into", e);
    }
    return false;
  }

  private boolean reserve(Spans into) {
    if (filter == null) {
      return warm().reserveSoon(readSize(), into);
    }
    warm();
    return filter.reserve(Math.min(readSize(), TRUSTED), into);
  }

  /** Input is paused while another thread allocates memory: it is tried again soon. */
  private void awaitMemory() {
    connection.recordActivity(); // there is something to read
    if (retry == null) {
      retry = new Retry();
    }
    connection.loop().timers().schedule(RetryQueue.RETRY_NANOS, retry);
    awaitsMemory = true;
  }

  private final class Retry extends TimerWheel.Timer {
    @Override
    public void run() {
      tryAgain();
    }
  }

  private void tryAgain() {
    if (connection.state.has(ConnectionState.CLOSED)) {
      return;
    }
    if (discarding) {
      watch();
    } else if (paused && !connection.state.has(ConnectionState.CLOSING)) {
      VarHandle.fullFence(); // pairs with the fence of resumeIfPaused, as in space
      if (!isFull() && watch()) {
        paused = false;
      }
    }
  }

  /**
   * How much space to offer: as much as reads have filled lately, or up to what a reader waits for,
   * but no more than four times of what has come of that, since the peer may only have announced
   * it.
   */
  private int readSize() {
    int earned = Math.max(TRUSTED, 4 * Math.min(unread(), (1 << LARGEST_READ_SHIFT) / 4));
    return (int) Math.max(1 << readShift, Math.min(missing(), earned));
  }

  /** The chain, which stays for a while. */
  private LinkedBuffer warm() {
    if (cacheSlot == InputCache.NOWHERE) {
      connection.loop().inputCache().add(this);
    } else {
      used = true;
    }
    return makeBuffer();
  }

  private boolean isFull() {
    return isAtLimit() || (filter != null && filter.holdsInput());
  }

  private boolean isAtLimit() {
    return (unread() >= connection.settings.inputHighWaterMark && missing() <= 0)
        || mustDrainFirst();
  }

  @Override
  public void filled(int bytes) {
    try {
      if (discarding) {
        commit(0);
        return;
      }
      commit(bytes);
      if (bytes > 0) {
        connection.loop().counters().read(bytes);
        adaptReadSize(bytes);
        if (filter == null) {
          arrived();
        } else {
          connection.recordActivity();
        }
      }
      if (awaitsMemory) {
        awaitsMemory = false;
      }
    } catch (Throwable t) { // they are not in the socket any more, and may not be in the chain
      connection.reset();
      throw t;
    }
  }

  private void commit(int bytes) {
    if (filter == null) {
      buffer().commit(bytes);
    } else {
      filter.commit(bytes);
    }
  }

  /**
   * Takes a part of a page that a completion backend has read into, also after input was paused.
   */
  void take(Page page, int offset, int length, boolean last) {
    boolean isPollers = token.tryTake();
    if (!isPollers && !token.tryHold()) { // nobody may read any more
      dropPart(page, last);
      return;
    }
    try {
      if (discarding) {
        dropPart(page, last);
      } else {
        connection.loop().counters().read(length);
        LinkedBuffer plain = warm();
        if (filter == null) {
          plain.give(page, offset, length, last);
          arrived();
        } else {
          filter.give(page, offset, length, last);
          filter.receive(this);
        }
      }
      awaitsMemory = false;
    } finally {
      giveBack(isPollers);
    }
    if (filter != null) {
      connection.out.sendFiltered();
    }
  }

  private void dropPart(Page page, boolean last) {
    if (last) {
      buffer().pool().give(page);
    }
  }

  /** A completion backend has paused input, since it had no page. Leader only. */
  void outOfPages() {
    if (token.tryTake()) {
      paused = true;
      token.release();
      awaitMemory();
    }
  }

  private void giveBack(boolean isPollers) {
    if (isPollers) {
      token.pass();
    } else {
      token.release();
    }
  }

  private void adaptReadSize(int bytes) {
    if (bytes == offered && readShift < LARGEST_READ_SHIFT) {
      readShift += 2;
    } else if (bytes < 1 << readShift >>> 4 && readShift > SMALLEST_READ_SHIFT) {
      readShift -= 2;
    }
  }

  private void arrived() {
    connection.recordActivity();
    Pipe forwarding = pipe;
    if (forwarding != null && forwarding.arrived()) {
      return;
    }
    VarHandle
        .fullFence(); // pairs with the fence of a waiter, and those of a thread that gives a wish
    // up
    Waiter waiting = waiter;
    if (waiting != null && written() - waiting.target >= 0) {
      connection.loop().wakeAfterBatch(waiting.thread);
    }
    if (missing() <= 0) {
      connection.callbacks.signalInput();
    }
  }

  /** Goes on reading if the reader has caught up. Leader only. */
  void resumeNow() {
    if (paused && wantsMore()) {
      if (filter != null && filter.holdsInput()) {
        receiveAgain();
      } else if (watch()) {
        paused = false; // last: where there is no memory, this is done again
      }
    }
  }

  // ---- The filter ----------------------------------------------------------------------------

  /** Has the filter go on, and the poller look for input if that takes more. Leader only. */
  void receiveAgain() {
    if (filter == null || connection.state.has(ConnectionState.CLOSING)) {
      return;
    }
    boolean isPollers = token.tryTake();
    if (!isPollers && !token.tryHold()) {
      return; // another thread reads, and does so, or nobody may
    }
    try {
      filter.receive(this);
    } finally {
      giveBack(isPollers);
    }
    if (paused && !isFull() && watch()) {
      paused = false;
    }
    connection.out.sendFiltered();
  }

  /** Where the filter puts what is for the reader. Under the token. */
  LinkedBuffer plain() {
    return warm();
  }

  /** The filter may have put something there. Under the token. */
  void plainArrived() {
    LinkedBuffer plain = buffer();
    if (plain.mallocLength() > 0) {
      plain.flush();
      arrived();
    }
  }

  /**
   * Whether the reader takes more; if not, it asks for it when it has caught up. Under the token.
   */
  boolean takesMore() {
    if (!isAtLimit()) {
      return true;
    }
    boolean before = paused;
    paused = true;
    VarHandle.fullFence(); // pairs with the fence of resumeIfPaused
    if (isAtLimit()) {
      return false;
    }
    paused = before;
    return true;
  }

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

  /** Stops taking input, because the connection closes. Leader only. */
  void stop() {
    paused = true;
    connection.endpoint.handle().pauseInput();
    token.takeBack();
  }

  /** Reads on and drops what comes. Leader only. */
  void discard() {
    discarding = true;
    watch();
  }

  // ---- The leader, for InputCache ------------------------------------------------------------

  int cacheSlot() {
    return cacheSlot;
  }

  void cacheSlot(int slot) {
    cacheSlot = slot;
  }

  /** Whether bytes came since this was asked last. */
  boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  /** Is among the warm ones no more. */
  void cool() {
    cacheSlot = InputCache.NOWHERE;
    boolean isPollers = token.tryTake();
    if (isPollers || token.tryHold()) {
      dropBuffer();
      if (filter != null) {
        filter.cool();
      }
      giveBack(isPollers);
    } else if (token.isShut()) {
      dropBuffer();
    } // else a thread reads, and keeps the chain
  }

  /**
   * Ends reading for good, unless a thread reads, which comes here after it. Once CLOSED is set.
   */
  void end() {
    if (token.tryShut() && filter != null && token.tryDrop()) {
      filter.dropReceived();
      token.dropped();
    }
  }

  // ---- The thread that starts a pipe ----------------------------------------------------------

  /**
   * Sets where the input goes, for good.
   *
   * @return false if that was set before
   */
  boolean pipeTo(Pipe to) {
    return PIPE.compareAndSet(this, null, to);
  }

  /** Takes the pipe away again that was just set and has not begun, unless it must be kept. */
  boolean keepPipeIf(boolean kept) {
    if (!kept) {
      pipe = null;
    }
    return kept;
  }

  /** Where the input goes, if it is forwarded. */
  @Nullable Pipe pipe() {
    return pipe;
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
    return missing() <= 0 && (handlerMadeProgress || written() != shownToHandler);
  }

  /**
   * Begins a handler call.
   *
   * @return what {@link #endHandlerCall} wants
   */
  long beginHandlerCall(boolean ended) {
    shownToHandler = written();
    endShownToHandler = ended;
    return consumed();
  }

  /** Ends a handler call: what it consumed is released. */
  void endHandlerCall(long consumedBefore) {
    handlerMadeProgress = consumed() != consumedBefore;
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
        && pipe == null
        && !isHeld();
  }

  /** Whether input is paused for what is unread, or is about to be. */
  private boolean isAtMark() {
    int unread = unread();
    return unread >= connection.settings.inputHighWaterMark
        || (paused
            && unread > connection.settings.inputLowWaterMark
            && !awaitsMemory
            && !mustDrainFirst());
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

  /** Gives back all memory of a closed connection, unless a thread reads or has views. */
  void giveBack() {
    if (token.isShut()) {
      takeBack();
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
    Pipe forwarding = pipe;
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

  /** Bytes received and not consumed. */
  int unread() {
    LinkedBuffer seen = buffer();
    return (int) Math.min(Integer.MAX_VALUE, seen.written() - seen.consumed());
  }

  // ---- The reading thread --------------------------------------------------------------------

  private void resumeIfPaused() {
    VarHandle.fullFence(); // pairs with the fence of space
    resumeBehindFence();
  }

  /** Has input resumed if the reader has caught up. Any thread. */
  void resumeBehindFence() {
    if (paused && wantsMore()) {
      connection.endpoint.post(LoopEndpoint.RESUME);
    }
  }

  private boolean wantsMore() {
    int unread = unread();
    return (unread <= connection.settings.inputLowWaterMark || missing() > 0) && !mustDrainFirst();
  }

  /** How many bytes more are wished for than have come; zero or less if no wish is open. */
  private long missing() {
    long came = written();
    long missing = requested - came;
    Waiter waiting = waiter;
    return waiting == null ? missing : Math.max(missing, waiting.target - came);
  }

  /** Whether output, or that of the connection that the input goes to, stops input. */
  private boolean mustDrainFirst() {
    Pipe forwarding = pipe;
    return connection.out.isThrottlingInput() || (forwarding != null && forwarding.isBlocked());
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
      inTime =
          Await.until(
              () -> written() - wanted >= 0 || !mayStillCome(),
              () -> deadline.left(start),
              this,
              what);
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
        connection.callbacks
            .signalInput(); // a full fence; there may be bytes that the wait kept back
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

  private boolean mayStillCome() {
    return !connection.state.has(ConnectionState.ENDED | ConnectionState.CLOSING);
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
      if (closedHere || (filter != null && filter.hasFailed())) { // it may be cut off, too
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
    lookIfOver();
  }
}
