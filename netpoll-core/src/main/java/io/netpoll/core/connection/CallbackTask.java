package io.netpoll.core.connection;

import io.netpoll.CloseCallback;
import io.netpoll.OnConnect;
import io.netpoll.OnPrepare;
import io.netpoll.OnRequest;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.HandlerTask;
import io.netpoll.core.execution.HeldFlushes;
import io.netpoll.core.execution.StartPolicy;
import io.netpoll.core.loop.Log;
import io.netpoll.core.loop.LoopFailures;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The run of a connection: makes its callbacks, one at a time and in their order, on whichever
 * thread the {@link HandlerStarter} chose; OnDisconnect alone runs beside it ({@link
 * DisconnectCall}).
 *
 * <pre>
 *   PREPARE ──► GREET ──► SERVE ──► FINISHED
 *                           ▲          ▲
 *       no such callbacks ──┘          └── from each of them, once the socket is closed
 * </pre>
 *
 * <p>Any thread signals that there may be something to do; {@link ConnectionState} decides which
 * thread starts the run then.
 */
final class CallbackTask extends CallbackStep implements HandlerTask {

  /** How many callbacks one run makes before others get their turn. */
  private static final int PASSES = 64;

  private static final VarHandle CLOSE_CALLBACKS;

  static {
    HeldFlushes.load();
    FlushCoalescer.load();
    try {
      CLOSE_CALLBACKS =
          MethodHandles.lookup().findVarHandle(CallbackTask.class, "closeCallbacks", Queue.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum Phase {
    PREPARE,
    GREET,
    SERVE,
    FINISHED
  }

  private final ConnectionState state;

  /** Where runs start, if they may start on the loop in adaptive execution; null if not. */
  private final @Nullable StartPolicy policy;

  /** Made with the connection: there may be no memory when it is due. Null if nobody is told. */
  private final @Nullable DisconnectCall telling;

  /** The handler that was set last. */
  private volatile @Nullable OnRequest latest;

  /**
   * Set after {@code latest}, be it the same handler again; cleared by the run before it reads
   * that. So no handler is overlooked.
   */
  private volatile boolean handlerSet;

  private volatile @Nullable Queue<CloseCallback> closeCallbacks;

  /** The thread that is inside the run; others compare it with a thread they know to be there. */
  private @Nullable Thread runner;

  // The run only.
  private Phase phase;

  /** Whether it was logged that the handler leaves too much unread. */
  private boolean stuckLogged;

  /** Whether the runner knows that this run holds flushes back. */
  private boolean holding;

  /**
   * The handler of this iteration; all of it goes by this one, so that a later one misses nothing.
   */
  private @Nullable OnRequest onRequest;

  CallbackTask(EngineConnection connection) {
    super(connection);
    ConnectionSettings settings = connection.settings;
    this.state = connection.state;
    this.latest = settings.onRequest;
    this.onRequest = settings.onRequest;
    this.policy = connection.loop().isMovable() ? new StartPolicy(settings.startSeed) : null;
    this.telling =
        settings.onDisconnect == null
            ? null
            : new DisconnectCall(connection, settings.onDisconnect);
    ConnectionFilter filter = connection.filter;
    if (filter != null && filter.isDialled()) {
      phase = Phase.SERVE; // which is done when it is shown
    } else if (filter == null && settings.onPrepare == null && settings.onConnect == null) {
      phase = Phase.SERVE;
      state.set(ConnectionState.CONNECT_DONE);
    } else {
      phase = Phase.PREPARE;
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** There may be something to do. */
  void signal() {
    if (state.signal()) {
      start();
    }
  }

  /** Bytes have come, or may be handled now. */
  void signalInput() {
    if (latest != null) {
      signal();
    }
  }

  private void start() {
    if (policy == null || policy.startsOnLoop()) {
      connection.loop().start(this);
    } else {
      connection.loop().startElsewhere(this);
    }
  }

  @Override
  public void retry() {
    start();
  }

  void setOnRequest(OnRequest handler) {
    latest = Objects.requireNonNull(handler, "onRequest");
    handlerSet = true;
    connection.in.forgetRequest(); // of the handler before
    signal(); // a full fence: pairs with those in front of the looks at the handler and the request
  }

  void addCloseCallback(CloseCallback callback) {
    Objects.requireNonNull(callback, "callback");
    Queue<CloseCallback> callbacks = closeCallbacks;
    if (callbacks == null) {
      CLOSE_CALLBACKS.compareAndSet(this, null, new ConcurrentLinkedQueue<CloseCallback>());
      callbacks = Objects.requireNonNull(closeCallbacks);
    }
    callbacks.add(callback);
    VarHandle.fullFence(); // pairs with LoopEndpoint.closed: sets CLOSED, then signals
    if (state.has(ConnectionState.CLOSED)) {
      signal();
    }
  }

  /** The peer is gone: lets OnDisconnect run. Called at most once. */
  void startDisconnect() {
    if (telling != null) {
      state.set(ConnectionState.DISCONNECT_SCHEDULED);
      telling.retry();
    }
  }

  /** Whether {@code thread}, which asks or waits for the answer, is inside the run. */
  boolean isOn(Thread thread) {
    return runner == thread;
  }

  /** A flush within the run is held back until its end, or a wait. */
  void holdsBack() {
    if (!holding && connection.settings.coalesceFlushes) {
      HeldFlushes.setHolding(this);
      holding = true;
    }
  }

  /** The watch-dog has passed the loop on during the run. */
  @Override
  public void preempted() {
    if (policy != null) {
      policy.preempted();
    }
    sendHeld();
  }

  /** Sends what is held back. On any thread, at any time. */
  @Override
  public void sendHeld() {
    if (connection.settings.coalesceFlushes) {
      VarHandle.fullFence(); // pairs with the one of HandlerLoop.isLedFromWithin
      connection.out.sendHeld();
    }
  }

  /** A reader or writer has waited since {@code start}. On the waiting thread. */
  void waitedSince(long start) {
    if (policy != null && isOn(Thread.currentThread())) {
      policy.waited(System.nanoTime() - start);
    }
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Makes the callbacks that are due. On whichever thread the starter chose. */
  @Override
  void makeCallbacks() {
    int seen = state.begin();
    if (seen == ConnectionState.NOT_SCHEDULED) {
      return;
    }
    boolean more;
    try {
      more = makePasses(seen);
    } catch (Throwable t) { // not the user's code: there is no memory, or a fault of this library
      breakOff(t);
      return;
    }
    if (more) {
      state.yield();
      start();
    }
    connection.in.resumeBehindFence();
  }

  /**
   * Makes callbacks until there is nothing to do, and ends the run then.
   *
   * @return whether the run goes on, after others had their turn
   */
  private boolean makePasses(int begun) {
    int seen = begun;
    boolean timed = policy != null && policy.isSampled();
    long start = timed ? System.nanoTime() : 0;
    int passes = 0;
    enter();
    for (; ; ) {
      if (pass(seen)) {
        if (++passes == PASSES) {
          leave(timed ? System.nanoTime() - start : 0, passes);
          return true;
        }
      } else {
        leave(timed ? System.nanoTime() - start : 0, passes);
        if (state.end()) {
          return false;
        }
        timed = false;
        enter();
      }
      seen = state.consumeSignal();
    }
  }

  /** Resets the connection, and has the run go on later, which must see the end of it. */
  private void breakOff(Throwable t) {
    runner = null;
    try {
      connection.reset();
      holdsNoMore();
      LoopFailures.reportSometimes(
          "The callbacks of a connection broke off, and it is reset: give the process more memory.",
          t);
    } finally {
      state.yield();
      connection.loop().postpone(this, t);
    }
  }

  private void holdsNoMore() {
    if (holding) {
      holding = false;
      HeldFlushes.setHolding(null);
    }
  }

  private void enter() {
    runner = Thread.currentThread();
  }

  private void leave(long nanos, int calls) {
    FlushCoalescer.sendOrLeave(connection);
    holdsNoMore();
    if (policy != null) {
      policy.ran(nanos, calls);
    }
    runner = null;
  }

  /**
   * Makes the next callback.
   *
   * @return whether there may be another one to make at once
   */
  private boolean pass(int seen) {
    if (handlerSet) {
      handlerSet = false;
      onRequest = latest;
      connection.in.redeliver();
    }
    if ((seen & ConnectionState.CLOSED) != 0) {
      if (isDueAfterClose(seen)) {
        handle(true);
        return true;
      }
      finish();
      return false;
    }
    if ((seen & ConnectionState.CLOSING) != 0) {
      return false; // the leader closes the socket and signals then
    }
    return switch (phase) {
      case PREPARE -> {
        prepare();
        yield true;
      }
      case GREET -> {
        if (!connection.isFilterOpen()) {
          yield waitForFilter(seen);
        }
        greet();
        yield true;
      }
      default -> serve(seen);
    };
  }

  private void prepare() {
    phase = Phase.GREET;
    OnPrepare callback = connection.settings.onPrepare;
    if (callback != null) {
      try {
        callback.onPrepare(connection);
      } catch (Throwable t) {
        UserCode.failed("OnPrepare", connection, t);
      }
    }
    if (!state.has(ConnectionState.CLOSING)) {
      connection.endpoint.post(LoopEndpoint.START);
    }
  }

  /** The leader signals when the filter is open. */
  private boolean waitForFilter(int seen) {
    if ((seen & ConnectionState.ENDED) != 0) {
      connection.closeBecause(ConnectionState.BY_PEER);
    } else if ((seen & ConnectionState.CLOSE_WHEN_IDLE) != 0) {
      connection.close();
    }
    return false;
  }

  private void greet() {
    phase = Phase.SERVE;
    OnConnect callback = connection.settings.onConnect;
    if (callback != null) {
      long consumed = connection.in.beginHandlerCall(false);
      try {
        callback.onConnect(connection);
      } catch (Throwable t) {
        UserCode.failed("OnConnect", connection, t);
      } finally {
        connection.in.endHandlerCall(consumed);
      }
    }
    connection.in.redeliver();
    if ((state.set(ConnectionState.CONNECT_DONE) & ConnectionState.GONE) != 0) {
      startDisconnect();
    }
  }

  private boolean serve(int seen) {
    boolean reset = (seen & ConnectionState.RESET) != 0;
    boolean lost = reset && onRequest != null && connection.in.isStuck();
    boolean ended = lost || (seen & ConnectionState.ENDED) != 0;
    boolean failed = lost || (seen & ConnectionState.FAILED) != 0 || connection.hasFilterFailed();
    if ((seen & ConnectionState.CLOSE_WHEN_IDLE) != 0) {
      connection.close();
      return false;
    }
    Pipe from = connection.in.pipe();
    if (from != null) {
      from.start();
    } else if (onRequest != null && connection.in.wantsHandler(ended)) {
      if (!failed && mustDrainFirst()) {
        return false; // the sender signals when it has
      }
      handle(ended);
      return true;
    }
    if (lost) {
      connection.noteFailure(new IOException("The peer has reset the connection."));
    }
    if (ended && (failed || !connection.outlivesInput())) {
      connection.closeBecause(ConnectionState.BY_PEER);
    }
    return false;
  }

  /**
   * Whether the peer has closed the connection before the handler was set, which must see what is
   * buffered all the same. Not once the user has closed it.
   */
  private boolean isDueAfterClose(int seen) {
    int why = ConnectionState.BY_PEER | ConnectionState.USER_CLOSED;
    return onRequest != null
        && (phase == Phase.SERVE || phase == Phase.FINISHED)
        && (seen & why) == ConnectionState.BY_PEER
        && connection.in.pipe() == null
        && connection.in.wantsHandler(true);
  }

  private void handle(boolean ended) {
    long consumed = connection.in.beginHandlerCall(ended);
    try {
      Objects.requireNonNull(onRequest).onRequest(connection);
    } catch (Throwable t) {
      UserCode.failed("OnRequest", connection, t);
    } finally {
      connection.in.endHandlerCall(consumed);
    }
    if (!ended && !stuckLogged && connection.in.isStuck()) {
      stuckLogged = true;
      logStuck();
    }
  }

  private void logStuck() {
    if (connection.settings.leftUnread.permits()) {
      Log.CONNECTION.log(
          System.Logger.Level.WARNING,
          "OnRequest of the connection to "
              + connection.peer()
              + " has left "
              + connection.in.unread()
              + " bytes unread, and the high-water mark of input is "
              + connection.settings.inputHighWaterMark
              + ": it is not called again before some are consumed. Let it call request(n) of the"
              + " reader for what it waits for, or set a higher inputHighWaterMark.");
    }
  }

  private boolean mustDrainFirst() {
    ConnectionOutput out = connection.out;
    if (out.isThrottlingInput()) {
      return true;
    }
    if (connection.loop().isInline() && out.pending() > connection.settings.outputHighWaterMark) {
      out.sendDeferred();
      return out.isThrottlingInput();
    }
    return false;
  }

  private void finish() {
    if (state.has(ConnectionState.DISCONNECT_SCHEDULED)
        && !state.has(ConnectionState.DISCONNECT_DONE)) {
      return; // OnDisconnect signals when it has returned
    }
    if (connection.endpoint.hasDetached() && connection.in.isAwaited()) {
      return; // the reader signals when it has left
    }
    callCloseCallbacks();
    if (connection.endpoint.hasDetached()) {
      return; // its detachment is about to be added, which signals
    }
    giveBackMemory();
    if (phase != Phase.FINISHED) {
      ConnectionOwner owner = connection.endpoint.hasHandle() ? connection.settings.owner : null;
      SocketAddress peer = owner == null ? null : connection.remoteAddress();
      phase = Phase.FINISHED; // after what needs memory
      if (peer != null) {
        owner.closed(connection, peer);
      }
    }
  }

  private void callCloseCallbacks() {
    Queue<CloseCallback> callbacks = closeCallbacks;
    while (callbacks != null && !callbacks.isEmpty()) {
      ENDING.set(connection); // where that needs memory, none is taken yet
      try {
        callbacks.remove().onClose(connection);
      } catch (Throwable t) {
        UserCode.failed("A close callback", connection, t);
      } finally {
        ENDING.remove();
      }
    }
  }

  /**
   * Gives back what nobody holds. What a connection that is read by hand has received stays
   * readable until the user closes it, or a handler that is set after its end has been called. The
   * thread that reads, or a pipe, signals when it lets go.
   */
  private void giveBackMemory() {
    connection.out.end();
    if (onRequest != null
        || connection.in.pipe() != null
        || state.has(ConnectionState.USER_CLOSED)) {
      connection.in.giveBack();
    }
  }
}
