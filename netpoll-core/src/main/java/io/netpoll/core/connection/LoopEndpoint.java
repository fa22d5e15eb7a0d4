package io.netpoll.core.connection;

import io.netpoll.core.loop.Log;
import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFileException;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection that its loop's leader works on: takes the events of the poller, and
 * carries out what other threads post. The leader alone touches the {@link io.netpoll.spi.Handle},
 * except for receives and sends, which the holder of a token makes.
 *
 * <p>Where there is no memory for a step, it is taken again: as a {@link RetryQueue.Step} if it was
 * asked for, and else when the {@link ConnectionList} is looked over. The loop forgets a closed
 * connection at once; what follows may be done again (END).
 */
public final class LoopEndpoint extends EndpointStart {
  static {
    Closing.load();
  }

  /** Null as long as nobody closes the connection. Leader only, and the run once CLOSED is set. */
  private @Nullable Closing closing;

  LoopEndpoint(EngineConnection connection, ConnectionLoop loop, @Nullable PendingDial dial) {
    super(connection, loop, dial);
  }

  /** The socket was found broken by a send. */
  void failedLater(IOException cause) {
    // The sender learns of it before the leader, and may close before the leader has noted it.
    connection.state.markPeerClosed();
    failure = cause;
    post(BROKEN);
  }

  // ---- Leader only ---------------------------------------------------------------------------

  @Override
  void carryOut(int asked) {
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
      connection.in.takeLeft();
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
    if ((asked & READ_BY_LOOP) != 0) {
      readByLoop();
    }
    if ((asked & RESUME) != 0) {
      connection.in.resumeNow();
      connection.callbacks.signalInput();
    }
  }

  private void readByLoop() {
    Objects.requireNonNull(connection.in.callers).readByLoop();
    advancePipe(false); // the caller may have read something
    connection.callbacks.signalInput();
  }

  @Override
  void abandon(int asked) {
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
      } else if (isAsked()) {
        run();
      }
    } catch (Throwable t) { // there still is no memory
      loop.postpone(this, t);
    }
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
    Log.CONNECTION.log(
        System.Logger.Level.DEBUG,
        () -> "The filter of the connection to " + connection.peer() + " failed: " + cause);
  }

  @Override
  public void ended() {
    connection.in.ended();
  }

  /** Nothing more is to be read. */
  void inputEnded() {
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

  @Override
  void endLater(Throwable noMemory) {
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
