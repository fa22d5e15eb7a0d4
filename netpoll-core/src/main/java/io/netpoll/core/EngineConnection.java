package io.netpoll.core;

import io.netpoll.CloseCallback;
import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.OnDisconnect;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection: joins its poller, its two sides and its callbacks.
 *
 * <p>Three kinds of threads come here. The loop's <em>leader</em> brings events ({@link Endpoint})
 * and carries out what others {@link #post}: it alone touches the {@link Handle}, except for
 * sending. The <em>run</em> ({@link #run}) makes the callbacks, on whichever thread the {@link
 * HandlerStarter} chose. <em>Any thread</em> may call the {@link Connection} methods. What binds
 * them is {@link ConnectionState}; how it closes is in {@link Closing}.
 */
public final class EngineConnection implements Connection, Endpoint, Runnable {

  /** How many passes one run makes before others get their turn. */
  private static final int PASSES = 64;

  /** Coalesced flushes leave at the latest when they hold this many bytes back. */
  private static final int COALESCED = 64 << 10;

  /** The connection whose run the thread is in, if it coalesces flushes. */
  private static final ThreadLocal<@Nullable EngineConnection> HOLDING = new ThreadLocal<>();

  // What other threads ask of the leader.
  static final int START = 1;
  static final int RESUME = 1 << 1;
  static final int ARM = 1 << 2;
  static final int CLOSE = 1 << 3;

  private static final VarHandle POSTED;
  private static final VarHandle CLOSE_CALLBACKS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      POSTED = lookup.findVarHandle(EngineConnection.class, "posted", int.class);
      CLOSE_CALLBACKS = lookup.findVarHandle(EngineConnection.class, "closeCallbacks", Queue.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What the run does next. The run only. */
  private enum Phase {
    PREPARE,
    GREET,
    SERVE,
    FINISHED
  }

  final ConnectionSettings settings;
  final ConnectionState state = new ConnectionState();
  final InputSide in;
  final OutputSide out;
  private final EngineGroup group;
  private final PollLoop loop;
  private final Closing closing = new Closing(this);

  /** Where runs start, in adaptive execution; null in others. */
  private final @Nullable StartPolicy policy;

  /** Set by the leader before the first event and before the connection is shown to a user. */
  private @Nullable Handle handle;

  /** The dial that this connection is to complete; null for an accepted one. Leader only. */
  private @Nullable PendingDial dial;

  private volatile @Nullable OnRequest onRequest;
  private volatile @Nullable Object attachment;
  private volatile @Nullable IOException failure;
  private volatile @Nullable Queue<CloseCallback> closeCallbacks;
  private volatile int posted;

  /** The thread that is inside the run; others compare it with a thread they know to be there. */
  private @Nullable Thread runner;

  /** Whether {@link #HOLDING} of the runner is this connection. The run only. */
  private boolean holding;

  private Phase phase;

  /** The handler of the pass before: a new one is shown what is buffered. The run only. */
  private @Nullable OnRequest handlerBefore;

  // The loop's list of connections. Leader only.
  @Nullable EngineConnection previous;
  @Nullable EngineConnection next;

  EngineConnection(
      EngineGroup group, PollLoop loop, ConnectionSettings settings, @Nullable PendingDial dial) {
    this.group = group;
    this.loop = loop;
    this.settings = settings;
    this.dial = dial;
    this.onRequest = settings.onRequest;
    this.policy = group.isAdaptive() ? new StartPolicy(settings.startSeed) : null;
    this.in = new InputSide(this, settings);
    this.out = new OutputSide(this, settings);
    if (settings.onPrepare == null && settings.onConnect == null) {
      phase = Phase.SERVE;
      state.set(ConnectionState.GREETED);
    } else {
      phase = Phase.PREPARE;
    }
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** Takes an accepted socket. Leader only. */
  void attach(StreamSocket socket) {
    try {
      handle = loop.poller().attach(socket, this);
    } catch (IOException e) {
      Log.CONNECTION.log(
          System.Logger.Level.WARNING, "A connection could not be watched and is closed.", e);
      socket.close();
      loop.release();
      return;
    }
    loop.add(this);
    if (settings.owner != null) {
      settings.owner.opened(this);
    }
    if (phase == Phase.SERVE) {
      handle.resumeInput();
    } else {
      signal();
    }
  }

  /** Starts to connect. Leader only. */
  void connect(
      SocketAddress remote, @Nullable SocketAddress local, Map<SocketOption<?>, Object> options) {
    PendingDial pending = Objects.requireNonNull(dial);
    try {
      if (state.has(ConnectionState.CLOSING)) {
        throw new IOException("The caller has given up before connecting began.");
      }
      handle = loop.poller().connect(remote, local, options, this);
      loop.add(this);
    } catch (IOException | RuntimeException e) {
      state.set(ConnectionState.CLOSING | ConnectionState.CLOSED);
      loop.release();
      pending.fail(e);
    }
  }

  @Override
  public Input input() {
    return in;
  }

  @Override
  public Output output() {
    return out;
  }

  @Override
  public void connected() {
    PendingDial pending = dial;
    dial = null;
    if (pending != null && !state.has(ConnectionState.CLOSING)) {
      handle().resumeInput();
      pending.succeed(this);
    }
  }

  /** The peer sent FIN. */
  void inputEnded() {
    end(ConnectionState.ENDED);
  }

  @Override
  public void failed(IOException cause) {
    PendingDial pending = dial;
    if (pending != null) {
      dial = null;
      state.set(ConnectionState.FAILED | ConnectionState.ENDED);
      state.setClosing(ConnectionState.BY_PEER);
      pending.fail(cause);
      closing.advance();
      return;
    }
    if (failure == null) {
      failure = cause;
    }
    Log.CONNECTION.log(
        System.Logger.Level.DEBUG, () -> "The connection to " + peer() + " failed: " + cause);
    end(ConnectionState.ENDED | ConnectionState.FAILED);
  }

  private void end(int bits) {
    int before = state.set(bits);
    if ((before & bits) == bits) {
      return;
    }
    in.wake();
    out.wake();
    boolean closed = (before & ConnectionState.CLOSING) != 0;
    boolean byPeer = !closed || (before & ConnectionState.BY_PEER) != 0;
    if (byPeer
        && (before & (ConnectionState.GREETED | ConnectionState.ENDED))
            == ConnectionState.GREETED) {
      startDisconnect();
    }
    if (closed) {
      closing.inputEnded();
    } else {
      signal();
    }
  }

  @Override
  public void closed() {
    state.set(ConnectionState.CLOSED | ConnectionState.CLOSING | ConnectionState.ENDED);
    closing.finished();
    in.wake();
    out.wake();
    loop.remove(this);
    PendingDial pending = dial;
    if (pending != null) {
      dial = null;
      pending.fail(new IOException("The poller was closed while connecting."));
    }
    signal();
  }

  @Override
  public void detached(StreamSocket socket) {
    socket.close(); // nobody asks for it: connections of this engine stay with their poller
    closed();
  }

  /** The handle; known from before the connection is shown to anyone. */
  Handle handle() {
    return Objects.requireNonNull(handle);
  }

  PollLoop loop() {
    return loop;
  }

  /** Asks something of the leader: START, RESUME, ARM or CLOSE. Any thread. */
  void post(int what) {
    int before = (int) POSTED.getAndBitwiseOr(this, what);
    if (before == 0) {
      loop.execute(this::carryOut);
    }
  }

  private void carryOut() {
    int asked = (int) POSTED.getAndSet(this, 0);
    if (state.has(ConnectionState.CLOSED)) {
      return;
    }
    if ((asked & ARM) != 0) {
      out.armPoller();
    }
    if ((asked & CLOSE) != 0 || state.has(ConnectionState.CLOSING)) {
      closing.advance();
      return;
    }
    if ((asked & START) != 0) {
      handle().resumeInput();
    }
    if ((asked & RESUME) != 0) {
      in.resumeNow();
      signalInput();
    }
  }

  // ---- Starting the run ----------------------------------------------------------------------

  /** Bytes have come, or may be handled now. Any thread. */
  void signalInput() {
    if (onRequest != null) {
      signal();
    }
  }

  private void signal() {
    if (state.signal()) {
      start();
    }
  }

  private void start() {
    if (policy == null || policy.startsOnLoop()) {
      group.starter().start(loop, this);
    } else {
      group.starter().startElsewhere(loop, this);
    }
  }

  private void startDisconnect() {
    OnDisconnect callback = settings.onDisconnect;
    if (callback != null) {
      state.set(ConnectionState.TELLING);
      group
          .starter()
          .start(
              loop,
              () -> {
                call("OnDisconnect", () -> callback.onDisconnect(this));
                state.set(ConnectionState.TOLD);
                signal(); // close callbacks may have waited for it
              });
    }
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Makes the callbacks that are due. Called by whoever the starter chose, once for each start. */
  @Override
  public void run() {
    int seen = state.begin();
    boolean timed = policy != null && policy.isSampled();
    long start = timed ? System.nanoTime() : 0;
    int passes = 0;
    enterRun();
    for (; ; ) {
      if (pass(seen)) {
        if (++passes == PASSES) {
          leaveRun(timed ? System.nanoTime() - start : 0, passes);
          state.yield();
          start();
          in.resumeBehindFence();
          return;
        }
      } else {
        leaveRun(timed ? System.nanoTime() - start : 0, passes);
        if (state.end()) {
          in.resumeBehindFence();
          return;
        }
        timed = false;
        enterRun();
      }
      seen = state.look();
    }
  }

  private void enterRun() {
    runner = Thread.currentThread();
  }

  /** A flush within the run is held back until its end, or a wait. */
  void holdsBack() {
    if (!holding && settings.coalesceFlushes) {
      holding = true;
      HOLDING.set(this);
    }
  }

  private void leaveRun(long nanos, int calls) {
    out.sendDeferred();
    if (holding) {
      holding = false;
      HOLDING.remove();
    }
    if (policy != null) {
      policy.ran(nanos, calls);
    }
    runner = null;
  }

  /** Sends what the handler holds back that the calling thread is in, if it is in one. */
  static void sendHeldByCaller() {
    EngineConnection holding = HOLDING.get();
    if (holding != null) {
      holding.out.sendHeld();
    }
  }

  /** The watch-dog has passed the loop on during a run. Any thread. */
  void overtaken() {
    if (policy != null) {
      policy.overtaken();
    }
    if (settings.coalesceFlushes) {
      out.sendHeld();
    }
  }

  /** A reader or writer has waited. On the waiting thread. */
  void waited(long nanos) {
    if (policy != null && runner == Thread.currentThread()) {
      policy.waited(nanos);
    }
  }

  /**
   * Makes the next callback.
   *
   * @return whether there may be another one to make at once
   */
  private boolean pass(int seen) {
    if ((seen & ConnectionState.CLOSED) != 0) {
      return finish();
    }
    if ((seen & ConnectionState.CLOSING) != 0) {
      return false; // the leader closes the socket and signals then
    }
    return switch (phase) {
      case PREPARE -> {
        phase = Phase.GREET;
        if (settings.onPrepare != null) {
          call("OnPrepare", () -> settings.onPrepare.onPrepare(this));
        }
        if (!state.has(ConnectionState.CLOSING)) {
          post(START);
        }
        yield true;
      }
      case GREET -> {
        phase = Phase.SERVE;
        if (settings.onConnect != null) {
          callWithInput("OnConnect", () -> settings.onConnect.onConnect(this), false);
        }
        in.showAgain();
        if ((state.set(ConnectionState.GREETED) & ConnectionState.ENDED) != 0) {
          startDisconnect();
        }
        yield true;
      }
      default -> serve(seen);
    };
  }

  private boolean serve(int seen) {
    boolean ended = (seen & ConnectionState.ENDED) != 0;
    OnRequest handler = onRequest;
    if ((seen & ConnectionState.DRAIN) != 0) {
      closeBecause(0);
      return false;
    }
    if (handler != handlerBefore) {
      handlerBefore = handler;
      in.showAgain();
    }
    if (handler != null && in.wantsHandler(ended) && !mustDrainFirst()) {
      callWithInput("OnRequest", () -> handler.onRequest(this), ended);
      return true;
    }
    if (ended && (!settings.halfClose || (seen & ConnectionState.FAILED) != 0)) {
      closeBecause(ConnectionState.BY_PEER);
    }
    return false;
  }

  private boolean mustDrainFirst() {
    if (out.isThrottlingInput()) {
      return true;
    }
    if (group.isInline() && out.pending() > settings.outputHighWaterMark) {
      out.sendDeferred();
      return out.isThrottlingInput();
    }
    return false;
  }

  private void callWithInput(String name, UserCode code, boolean ended) {
    long consumed = in.beginHandlerCall(ended);
    try {
      call(name, code);
    } finally {
      in.endHandlerCall(consumed);
    }
  }

  private boolean finish() {
    if (state.has(ConnectionState.TELLING) && !state.has(ConnectionState.TOLD)) {
      return false; // OnDisconnect signals when it has returned
    }
    Queue<CloseCallback> callbacks = closeCallbacks;
    CloseCallback callback;
    while (callbacks != null && (callback = callbacks.poll()) != null) {
      CloseCallback due = callback;
      call("A close callback", () -> due.onClose(this));
    }
    if (phase != Phase.FINISHED) {
      phase = Phase.FINISHED;
      if (onRequest != null) {
        // Of a connection that is read by hand, what it received stays readable, and its pages are
        // left to the garbage collector.
        in.recycle();
        out.recycle();
      }
      if (settings.owner != null && handle != null) {
        settings.owner.closed(this);
      }
    }
    return false;
  }

  /** Code of the user's. */
  @FunctionalInterface
  private interface UserCode {
    void run() throws Exception;
  }

  /** Calls user code; whatever it throws closes this connection and harms nothing else. */
  private void call(String name, UserCode code) {
    try {
      code.run();
    } catch (Throwable t) {
      System.Logger.Level level =
          t instanceof ConnectionClosedException
              ? System.Logger.Level.DEBUG
              : System.Logger.Level.WARNING;
      Log.CONNECTION.log(
          level, name + " of the connection to " + peer() + " failed; it is closed.", t);
      closeBecause(0);
    }
  }

  /** Whether a flush by the calling thread is to wait for the end of the run it is in. */
  boolean defersFlushes() {
    return runner == Thread.currentThread()
        && (group.isInline()
            || (settings.coalesceFlushes && in.unread() > 0 && out.pending() < COALESCED));
  }

  // ---- Closing -------------------------------------------------------------------------------

  /** Closes, for the reason that {@code bits} tell: BY_PEER, ABORT. */
  private void closeBecause(int bits) {
    if (state.setClosing(bits)) {
      in.wake();
      out.wake();
      post(CLOSE);
    }
  }

  /** Resets the connection because the library cannot go on with it. Any thread. */
  void closeForFailure(String what, Exception cause) {
    Log.CONNECTION.log(
        System.Logger.Level.WARNING,
        "The connection to " + peer() + " " + what + "; it is reset.",
        cause);
    if (failure == null) {
      failure = new IOException(cause.getMessage(), cause);
    }
    abort();
  }

  /** The socket was found broken by a send. Any thread. */
  void failedLater(IOException cause) {
    // The sender learns of it before the leader, and may close before the leader has noted it.
    state.blamePeer();
    loop.execute(
        () -> {
          if (!state.has(ConnectionState.CLOSED)) {
            failed(cause);
          }
        });
  }

  /** The output token was released: closing may go on. Any thread. */
  void outputReleased() {
    if (state.has(ConnectionState.CLOSING)) {
      post(CLOSE);
    }
  }

  /** Closes as soon as the current OnRequest has returned, at once if none runs. Any thread. */
  public void closeWhenIdle() {
    if ((state.set(ConnectionState.DRAIN) & ConnectionState.CLOSED) == 0) {
      signal();
    }
  }

  /**
   * Whether this connection belongs to {@code owner}.
   *
   * @param owner a server
   * @return true if the server accepted it
   */
  public boolean isOwnedBy(ConnectionOwner owner) {
    return settings.owner == owner;
  }

  /**
   * Whether a thread is inside a callback of this connection.
   *
   * @param thread a thread that asked for this, through a task, from wherever it is
   * @return true if it is
   */
  public boolean isRunBy(Thread thread) {
    return runner == thread;
  }

  // ---- Exceptions ----------------------------------------------------------------------------

  /** The exception for an operation that cannot be done any more. */
  ConnectionClosedException closedException(Supplier<String> what) {
    int seen = state.get();
    boolean local =
        (seen & ConnectionState.CLOSING) != 0
            && (seen & (ConnectionState.BY_PEER | ConnectionState.FAILED)) == 0;
    if (local) {
      return new ConnectionClosedException(
          Side.LOCAL, what.get() + ": this side has closed the connection.", failure);
    }
    return peerClosed(what.get(), failure);
  }

  /** The exception for an operation that failed because of the peer. */
  ConnectionClosedException peerClosed(String what, @Nullable IOException cause) {
    return new ConnectionClosedException(
        Side.PEER,
        what
            + (cause == null
                ? ": the peer has closed the connection."
                : ": the connection failed (" + cause.getMessage() + ")."),
        cause);
  }

  /** The peer's address, for messages. */
  String peer() {
    Handle known = handle;
    return known == null ? "a peer" : Addresses.text(known.remoteAddress());
  }

  // ---- Connection ----------------------------------------------------------------------------

  @Override
  public Reader reader() {
    return in;
  }

  @Override
  public Writer writer() {
    return out;
  }

  @Override
  public boolean isActive() {
    return !state.has(ConnectionState.ENDED | ConnectionState.CLOSING);
  }

  @Override
  public boolean isOpen() {
    return !state.has(ConnectionState.CLOSING);
  }

  @Override
  public SocketAddress localAddress() {
    return handle().localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return handle().remoteAddress();
  }

  @Override
  public EngineGroup group() {
    return group;
  }

  @Override
  public void setReadTimeout(Duration timeout) {
    in.deadline.timeout(ConnectionSettings.nanos("read", timeout));
    in.wake();
  }

  @Override
  public void setWriteTimeout(Duration timeout) {
    out.deadline.timeout(ConnectionSettings.nanos("write", timeout));
    out.wake();
  }

  @Override
  public void setReadDeadline(@Nullable Instant deadline) {
    in.deadline.at(deadline);
    in.wake();
  }

  @Override
  public void setWriteDeadline(@Nullable Instant deadline) {
    out.deadline.at(deadline);
    out.wake();
  }

  @Override
  public void setIdleTimeout(Duration timeout) throws IOException {
    ConnectionSettings.nanos("idle", timeout);
    boolean unix = handle().localAddress() instanceof UnixDomainSocketAddress;
    if (!unix) {
      for (Map.Entry<SocketOption<?>, Object> option :
          KeepAlive.options(timeout, group.provider().supportedOptions(false)).entrySet()) {
        set(option.getKey(), option.getValue());
      }
    }
  }

  private <T> void set(SocketOption<T> option, Object value) throws IOException {
    setOption(option, option.type().cast(value));
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    if (state.has(ConnectionState.CLOSED)) {
      throw closedException(() -> "Setting " + option.name() + " on " + peer() + " did nothing");
    }
    handle().setOption(option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    if (state.has(ConnectionState.CLOSED)) {
      throw closedException(() -> "Reading " + option.name() + " of " + peer() + " did nothing");
    }
    return handle().option(option);
  }

  @Override
  public void setOnRequest(OnRequest handler) {
    onRequest = Objects.requireNonNull(handler, "onRequest");
    signal();
  }

  @Override
  public void addCloseCallback(CloseCallback callback) {
    Objects.requireNonNull(callback, "callback");
    Queue<CloseCallback> callbacks = closeCallbacks;
    if (callbacks == null) {
      CLOSE_CALLBACKS.compareAndSet(this, null, new ConcurrentLinkedQueue<CloseCallback>());
      callbacks = Objects.requireNonNull(closeCallbacks);
    }
    callbacks.add(callback);
    VarHandle.fullFence(); // pairs with closed(): sets CLOSED, then signals
    if (state.has(ConnectionState.CLOSED)) {
      signal();
    }
  }

  @Override
  public void attach(@Nullable Object object) {
    attachment = object;
  }

  @Override
  public <T> T attachment(Class<T> type) {
    Object attached = attachment;
    if (attached == null) {
      throw new IllegalStateException(
          "Nothing is attached to the connection to "
              + peer()
              + ": attach a "
              + type.getSimpleName()
              + " in OnPrepare.");
    }
    return type.cast(attached);
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    int count = in.readTo(destination);
    in.release();
    return count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    out.writeBinary(source);
    out.flush();
    return count;
  }

  @Override
  public void close() {
    closeBecause(0);
  }

  @Override
  public void abort() {
    state.set(ConnectionState.ABORT);
    closeBecause(0);
    post(CLOSE); // hastens a close that is under way
  }

  @Override
  public String toString() {
    return "Connection["
        + (handle == null ? "" : Addresses.text(localAddress()))
        + " - "
        + peer()
        + "]";
  }
}
