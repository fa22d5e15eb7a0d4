package io.netpoll.core.connection;

import io.netpoll.CloseCallback;
import io.netpoll.OnConnect;
import io.netpoll.OnPrepare;
import io.netpoll.OnRequest;
import io.netpoll.OnWritable;
import io.netpoll.core.loop.Log;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of a connection: makes them in a {@link CallbackRun}, one at a time and in their
 * order; OnDisconnect alone runs beside it ({@link DisconnectCall}).
 *
 * <pre>
 *   PREPARE ──► GREET ──► SERVE ──► FINISHED
 *                           ▲          ▲
 *       no such callbacks ──┘          └── from each of them, once the socket is closed
 * </pre>
 */
final class CallbackTask extends CallbackRun {
  private static final VarHandle CLOSE_CALLBACKS;

  static {
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

  private volatile @Nullable OnWritable onWritable;

  /** Output has room again, and the callback has yet to be called. */
  private volatile boolean hasRoom;

  // The run only.
  private Phase phase;

  /** Whether it was logged that the handler leaves too much unread. */
  private boolean stuckLogged;

  /**
   * The handler of this iteration; all of it goes by this one, so that a later one misses nothing.
   */
  private @Nullable OnRequest onRequest;

  CallbackTask(EngineConnection connection) {
    super(connection);
    ConnectionSettings settings = connection.settings;
    this.latest = settings.onRequest;
    this.onRequest = settings.onRequest;
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

  /** Bytes have come, or may be handled now. */
  void signalInput() {
    if (latest != null) {
      signal();
    }
  }

  /** Whether input is for a handler. A volatile read. */
  boolean hasHandler() {
    return latest != null;
  }

  void setOnRequest(OnRequest handler) {
    latest = Objects.requireNonNull(handler, "onRequest");
    handlerSet = true;
    connection.in.forgetRequest(); // of the handler before
    signal(); // a full fence: pairs with those in front of the looks at the handler and the request
  }

  void setOnWritable(OnWritable callback) {
    onWritable = Objects.requireNonNull(callback, "onWritable");
    VarHandle.fullFence(); // pairs with the flush of a writing thread, which looks at the mark last
    connection.out.noteIfHigh();
  }

  /** Whether somebody is to be told of room. A volatile read. */
  boolean hasOnWritable() {
    return onWritable != null;
  }

  /** Output has room again. */
  void hasRoom() {
    hasRoom = true;
    signal();
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

  // ---- The run -------------------------------------------------------------------------------

  @Override
  boolean pass(int seen) {
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
        connection.in.endCall(consumed);
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
    if (hasRoom && !failed) {
      hasRoom = false;
      tellOfRoom();
      return true;
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

  private void tellOfRoom() {
    long consumed = connection.in.beginCall();
    try {
      Objects.requireNonNull(onWritable).onWritable(connection);
    } catch (Throwable t) {
      UserCode.failed("OnWritable", connection, t);
    } finally {
      connection.in.endCall(consumed);
    }
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
      connection.in.endCall(consumed);
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
