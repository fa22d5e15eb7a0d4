package io.netpoll.core.connection;

import io.netpoll.core.loop.Log;
import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFileException;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection that its loop's leader works on: takes the events of the poller, and
 * carries out what other threads ask with {@link #post}. The leader alone touches the {@link
 * Handle}, except for sending.
 *
 * <p>Where there is no memory for a step, it is taken again: as a {@link RetryQueue.Step} if it was
 * asked for, and else when the {@link ConnectionList} is looked over. Until then:
 *
 * <pre>
 *   admitted, on its way    attach, adopt or connect gives back the reservation and the place
 *   watched, not begun      {@link #lookOver} resets it; the poller reports the end
 *   begun                   what is asked is noted until it was carried out
 *   closed                  the loop forgets it at once; what follows may be done again (END)
 * </pre>
 */
public final class LoopEndpoint extends RetryQueue.Step implements Endpoint, Runnable {

  // What other threads ask of the leader.
  static final int START = 1;
  static final int RESUME = 1 << 1;
  static final int ARM = 1 << 2;
  static final int CLOSE = 1 << 3;
  static final int LOOK = 1 << 4;
  static final int PIPE = 1 << 5;
  static final int PIPE_START = 1 << 6;
  static final int FINISH = 1 << 7;

  // What the leader asks of itself, or a sender by failedLater.
  private static final int BROKEN = 1 << 8;
  private static final int END = 1 << 9;

  /** Asked by a filter, which goes on. */
  static final int FILTER = 1 << 10;

  private static final VarHandle POSTED;

  static {
    Closing.load();
    try {
      POSTED = MethodHandles.lookup().findVarHandle(LoopEndpoint.class, "posted", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineConnection connection;
  private final ConnectionLoop loop;

  /** Null as long as nobody closes the connection. Leader only, and the run once CLOSED is set. */
  private @Nullable Closing closing;

  /** Set by the leader before the first event and before the connection is shown to a user. */
  private @Nullable Handle handle;

  /** The dial that the connection completes; null for an accepted one. Leader only. */
  private @Nullable PendingDial dial;

  /** Whether the loop's list has the connection, and its load counts it. Leader only. */
  private boolean listed;

  /** Whether it was begun: input was started, or the run, or the dial. Leader only. */
  private boolean begun;

  /**
   * Why the dial fails, once that is known: leader only. Or why a send failed: written before
   * BROKEN is noted, and read after that was taken.
   */
  private @Nullable Throwable failure;

  private volatile int posted;

  LoopEndpoint(EngineConnection connection, ConnectionLoop loop, @Nullable PendingDial dial) {
    this.connection = connection;
    this.loop = loop;
    this.dial = dial;
  }

  ConnectionLoop loop() {
    return loop;
  }

  /** The handle; known from before the connection is shown to anyone. */
  Handle handle() {
    return Objects.requireNonNull(handle);
  }

  /** Whether a socket was ever watched for the connection. */
  boolean hasHandle() {
    return handle != null;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Asks something of the leader: START, RESUME, ARM, CLOSE, LOOK (for inactivity), PIPE (look at
   * the pipe from here), PIPE_START (it may begin), or FINISH (send FIN after the output).
   */
  void post(int what) {
    if (note(what) == 0) {
      try {
        if (!loop.execute(this)) {
          abandon();
        }
      } catch (Throwable t) { // there is no memory
        loop.postpone(this, t);
      }
    }
  }

  /**
   * Notes what is asked; returns what was noted before. The one place that does, and so linked when
   * there is no memory for that.
   */
  private int note(int what) {
    return (int) POSTED.getAndBitwiseOr(this, what);
  }

  /** The output token was released: closing, or finishing, may go on. */
  void outputReleased() {
    int seen = connection.state.get();
    if ((seen & ConnectionState.CLOSED) != 0) {
      connection.out.end();
    } else if ((seen & ConnectionState.CLOSING) != 0) {
      post(CLOSE);
    } else if ((seen & (ConnectionState.FINISHING | ConnectionState.FINISHED))
        == ConnectionState.FINISHING) {
      post(FINISH);
    }
  }

  /** The input token was released beside the leader: closing may go on. Any thread. */
  void inputReleased() {
    int seen = connection.state.get();
    if ((seen & ConnectionState.CLOSED) != 0) {
      connection.in.end();
      connection.callbacks.signal();
    } else if ((seen & ConnectionState.CLOSING) != 0) {
      post(CLOSE);
    }
  }

  /** The socket was found broken by a send. */
  void failedLater(IOException cause) {
    // The sender learns of it before the leader, and may close before the leader has noted it.
    connection.state.markPeerClosed();
    failure = cause;
    post(BROKEN);
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** Carries out what was posted. */
  @Override
  public void run() {
    int asked = (int) POSTED.getAndSet(this, 0);
    try {
      carryOut(asked);
    } catch (Error e) { // of the virtual machine: no memory, also for a class or a call site
      note(asked);
      loop.postpone(this, e);
      throw e;
    }
  }

  @Override
  public void retry() {
    run();
  }

  /** The loop has ended, and has told the connection that it is closed. Any thread. */
  @Override
  public void abandon() {
    int asked = (int) POSTED.getAndSet(this, 0);
    if (connection.state.has(ConnectionState.CLOSED)) {
      connection.out.end(); // a thread may have been inside a send when it was closed
    }
    if ((asked & END) != 0) {
      try {
        finishClosed();
      } catch (Throwable t) { // there is nobody left to do it later
        LoopFailures.goesOnAfter(t);
      }
    }
  }

  private void carryOut(int asked) {
    if ((asked & (PIPE | PIPE_START)) != 0) {
      advancePipe((asked & PIPE_START) != 0);
    }
    if (connection.state.has(ConnectionState.CLOSED)) {
      connection.out.end(); // a thread may have been inside a send when it was closed
      if ((asked & END) != 0) {
        followClosed();
      }
      return;
    }
    if ((asked & BROKEN) != 0) {
      failed((IOException) Objects.requireNonNull(failure));
    }
    if ((asked & ARM) != 0) {
      connection.out.armPoller();
    }
    if ((asked & CLOSE) != 0 || connection.state.has(ConnectionState.CLOSING)) {
      closing().advance();
      return;
    }
    if ((asked & LOOK) != 0) {
      connection.watchInactivity();
    }
    if ((asked & FINISH) != 0) {
      connection.out.finishNow();
    }
    if ((asked & START) != 0) {
      startInput();
    }
    if ((asked & FILTER) != 0 && connection.filter != null) {
      connection.filter.advance();
    }
    if ((asked & RESUME) != 0) {
      connection.in.resumeNow();
      connection.callbacks.signalInput();
    }
  }

  private void advancePipe(boolean start) {
    Pipe pipe = connection.in.pipe();
    if (pipe != null) {
      if (start) {
        pipe.startNow();
      }
      pipe.advance();
    }
  }

  private Closing closing() {
    Closing begun = closing;
    if (begun == null) {
      begun = new Closing(connection);
      closing = begun;
    }
    return begun;
  }

  private void startInput() {
    ConnectionFilter filter = connection.filter;
    if (filter != null) {
      filter.show();
      if (!filter.start()) {
        return;
      }
    }
    connection.in.start();
    connection.in.receiveAgain();
    connection.recordActivity(); // inactivity counts from here
    connection.watchInactivity();
  }

  /**
   * Takes the step that is owed, if one was broken off. Throws nothing. For a connection of the
   * loop's list.
   */
  void lookOver() {
    try {
      if (connection.state.has(ConnectionState.CLOSED)) {
        closed();
      } else if (connection.state.has(ConnectionState.CLOSING)) {
        carryOutNow(CLOSE);
      } else if (!begun) {
        connection.reset();
      } else if (posted != 0) {
        run();
      }
    } catch (Throwable t) { // there still is no memory
      loop.postpone(this, t);
    }
  }

  /**
   * Takes an accepted socket, whose reservation of this loop and place are the connection's from
   * now on, whatever is thrown.
   *
   * @param peer by which it was admitted; null if there is no owner
   */
  public void attach(StreamSocket socket, @Nullable SocketAddress peer) {
    try {
      watch(socket, peer);
      begin();
    } catch (IOException e) {
      Log.CONNECTION.log(
          System.Logger.Level.WARNING, "A connection could not be watched and is closed.", e);
    }
  }

  /**
   * Takes a socket that the user has connected; as {@link #attach}.
   *
   * @throws IOException if it cannot be watched, or set; it is closed then
   */
  public void adopt(
      StreamSocket socket, @Nullable SocketAddress peer, Map<SocketOption<?>, Object> options)
      throws IOException {
    watch(socket, peer);
    try {
      for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
        connection.set(option.getKey(), option.getValue());
      }
      begin();
    } catch (IOException | RuntimeException e) {
      connection.closeForFailure("cannot have its options", e);
      throw e;
    } catch (Error e) { // there is no memory
      connection.reset();
      throw e;
    }
  }

  private void watch(StreamSocket socket, @Nullable SocketAddress peer) throws IOException {
    try {
      handle = loop.poller().attach(socket, this);
    } catch (Throwable t) {
      connection.state.set(ConnectionState.CLOSING | ConnectionState.CLOSED);
      try {
        connection.settings.lose(socket, peer);
      } finally {
        loop.release();
      }
      throw t;
    }
    listed = true;
    try {
      loop.add(connection);
    } finally {
      if (connection.settings.owner != null) {
        connection.settings.owner.opened(connection); // or closed would be told of one that was not
      }
    }
  }

  private void begin() {
    if (connection.state.has(ConnectionState.CONNECT_DONE)) {
      startInput();
    } else {
      connection.callbacks.signal();
    }
    begun = true;
  }

  /** Starts to connect. */
  public void connect(
      SocketAddress remote, @Nullable SocketAddress local, Map<SocketOption<?>, Object> options) {
    PendingDial pending = Objects.requireNonNull(dial);
    try {
      if (connection.state.has(ConnectionState.CLOSING)) {
        throw new IOException("The caller has given up before connecting began.");
      }
      handle = loop.poller().connect(remote, local, options, this);
    } catch (Throwable t) { // whatever it is, somebody waits for the dial
      connection.state.set(ConnectionState.CLOSING | ConnectionState.CLOSED);
      loop.release();
      failure = t;
      try {
        failDial();
      } catch (Throwable noMemory) {
        endLater(noMemory);
      }
      return;
    }
    listed = true;
    begun = true;
    loop.add(connection);
  }

  @Override
  public void readable(boolean ending) {
    connection.in.readable(ending);
  }

  @Override
  public void writable() {
    connection.out.writable();
  }

  @Override
  public void received(Page page, int offset, int length, boolean last) {
    connection.in.take(page, offset, length, last);
  }

  @Override
  public void outOfPages() {
    connection.in.outOfPages();
  }

  @Override
  public void connected() {
    if (isConnectedWithItself()) {
      connection.state.set(ConnectionState.ABORT); // without it the port would be in TIME_WAIT
      failed(
          new ConnectException(
              "connecting to "
                  + connection.peer()
                  + " failed: nobody listens there, and the system has connected the socket with"
                  + " itself, since it has that very address"));
      return;
    }
    ConnectionFilter filter = connection.filter;
    if (filter == null) {
      opened();
    } else if (filter.start()) {
      connection.in.start();
      connection.out.sendFiltered();
    }
  }

  /** The connection may be used: it is connected, and its filter, if it has one, is open. */
  void opened() {
    PendingDial pending = dial;
    if (pending != null && !connection.state.has(ConnectionState.CLOSING)) {
      pending.succeed(connection); // it begins to read for the caller that takes it
    }
    dial = null;
    connection.callbacks.signal();
  }

  /** The filter does not go on: the connection ends after what that has to say. */
  void filterFailed(IOException cause) {
    connection.noteFailure(cause);
    if (dial != null) {
      connection.state.set(ConnectionState.ENDED);
      connection.state.setClosing(ConnectionState.BY_PEER);
      failure = cause;
      try {
        failDial();
      } finally {
        carryOutNow(CLOSE);
      }
      return;
    }
    end(ConnectionState.ENDED);
    connection.closeBecause(ConnectionState.BY_PEER);
    Log.CONNECTION.log(
        System.Logger.Level.DEBUG,
        () -> "The filter of the connection to " + connection.peer() + " failed: " + cause);
  }

  /** Whether a dial waits for the connection. */
  boolean isDialling() {
    return dial != null;
  }

  /**
   * Whether TCP has connected the two ends of one socket, as it does where nobody listens at the
   * port and the system chooses that port for the socket that dials it.
   */
  private boolean isConnectedWithItself() {
    return handle().localAddress() instanceof InetSocketAddress local
        && local.equals(handle().remoteAddress());
  }

  /** Tells the thread that waits for the dial, if there is one. */
  private void failDial() {
    PendingDial pending = dial;
    if (pending != null) {
      Throwable cause = failure;
      pending.fail(
          cause != null
              ? cause
              : new IOException("The poller was closed, or had no memory, while connecting."));
      dial = null; // last: where there is no memory, this is done again
    }
  }

  @Override
  public void ended() {
    end(ConnectionState.ENDED);
  }

  @Override
  public void failed(IOException cause) {
    if (cause instanceof SourceFileException) {
      connection.closeForFailure("cannot go on", cause);
      return;
    }
    if (dial != null) {
      connection.state.set(ConnectionState.FAILED | ConnectionState.ENDED);
      connection.state.setClosing(ConnectionState.BY_PEER);
      failure = cause;
      try {
        failDial();
      } finally {
        carryOutNow(CLOSE);
      }
      return;
    }
    connection.noteFailure(cause);
    end(ConnectionState.ENDED | ConnectionState.FAILED);
    Log.CONNECTION.log(
        System.Logger.Level.DEBUG,
        () -> "The connection to " + connection.peer() + " failed: " + cause);
  }

  @Override
  public void wasReset() {
    int before = connection.state.setReset();
    if ((before & (ConnectionState.GONE | ConnectionState.CLOSING)) == 0) {
      if ((before & ConnectionState.CONNECT_DONE) != 0) {
        connection.callbacks.startDisconnect();
      }
      connection.callbacks.signal();
    }
  }

  private void end(int bits) {
    int before = connection.state.set(bits);
    if ((before & bits) == bits) {
      return;
    }
    try {
      connection.wakeWaiters();
    } finally { // there may be no memory for a pipe to be woken
      boolean closed = (before & ConnectionState.CLOSING) != 0;
      boolean byPeer = !closed || (before & ConnectionState.BY_PEER) != 0;
      if (byPeer
          && (before & (ConnectionState.CONNECT_DONE | ConnectionState.GONE))
              == ConnectionState.CONNECT_DONE) {
        connection.callbacks.startDisconnect();
      }
      if (closed) {
        carryOutNow(CLOSE);
      } else {
        connection.callbacks.signal();
      }
    }
  }

  /**
   * Begins to read: at once on the leader's own stack, as where a dial has just succeeded, so that
   * what the peer does next is noticed with the next poll.
   */
  void start() {
    if (loop.isLedByCaller()) {
      carryOutNow(START);
    } else {
      post(START);
    }
  }

  /** As if it had been posted before. */
  private void carryOutNow(int what) {
    if (note(what) == 0) {
      run();
    }
  }

  @Override
  public void closed() {
    connection.state.set(ConnectionState.CLOSED | ConnectionState.CLOSING | ConnectionState.ENDED);
    connection.in.end();
    if (listed) {
      listed = false;
      loop.remove(connection);
    }
    followClosed();
  }

  /** Does what follows the end, or does so again later where there is no memory. Throws nothing. */
  private void followClosed() {
    try {
      finishClosed();
    } catch (Throwable t) {
      endLater(t);
    }
  }

  private void endLater(Throwable noMemory) {
    note(END);
    loop.postpone(this, noMemory);
  }

  private void finishClosed() {
    if (closing != null) {
      closing.finished();
    }
    connection.stopWatchingInactivity();
    try {
      connection.out.end();
      connection.wakeWaiters();
      advancePipe(false);
      failDial();
    } finally {
      connection.callbacks.signal();
    }
  }

  @Override
  public void detached(StreamSocket socket) {
    if (connection.state.has(ConnectionState.ABORT)) {
      socket.close();
    } else {
      closing().detached = socket;
    }
    closed();
  }

  // ---- The run, once CLOSED is set -----------------------------------------------------------

  /** Whether a socket waits for the detachment that asked for it. */
  boolean hasDetached() {
    Closing begun = closing;
    return begun != null && begun.detached != null;
  }

  /** Takes the socket; null if there is none, since the connection was reset or closed first. */
  @Nullable StreamSocket takeDetached() {
    Closing begun = closing;
    if (begun == null) {
      return null;
    }
    StreamSocket socket = begun.detached;
    begun.detached = null;
    return socket;
  }
}
