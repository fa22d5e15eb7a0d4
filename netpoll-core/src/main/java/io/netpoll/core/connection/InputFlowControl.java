package io.netpoll.core.connection;

import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.Handle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection's input goes on: the right to read, the marks, memory to read into, and the
 * pipe that input goes to, if there is one.
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
 * The leader does not wait for memory. While another thread allocates some, input is paused, and
 * tried again by a timer; the connection is closed only when memory was refused.
 */
abstract class InputFlowControl extends InputSpace {
  private static final VarHandle PIPE;

  static {
    try {
      PIPE = MethodHandles.lookup().findVarHandle(InputFlowControl.class, "pipe", Pipe.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The right to read from the socket. */
  final SocketToken token = new SocketToken();

  /** Set by the leader only. */
  volatile boolean paused;

  /** Whether what comes is dropped. Leader only. */
  boolean discarding;

  /** Where the input goes; null if it is for the reading thread. */
  private volatile @Nullable Pipe pipe;

  /** Null as long as no caller has read the socket itself. Set by the reading thread. */
  volatile @Nullable CallerReads callers;

  /** Tries again to have memory; null as long as that was never needed. */
  private TimerWheel.@Nullable Timer retry;

  /**
   * There was no memory to read into, and there was no read since. The leader clears it after it
   * has published what was read, so that a thread that waits sees one of the two.
   */
  volatile boolean awaitsMemory;

  InputFlowControl(EngineConnection connection) {
    super(connection);
  }

  // ---- The marks ---------------------------------------------------------------------------

  /** Pauses input if the reader must catch up first, or the filter. Under the token. */
  boolean pausesIfFull() {
    return pausesIf(true);
  }

  /**
   * Whether the reader takes more; if not, it asks for it when it has caught up. Under the token.
   */
  boolean takesMore() {
    return !pausesIf(false);
  }

  private boolean pausesIf(boolean orFilterHolds) {
    if (!isFull(orFilterHolds)) {
      return false;
    }
    boolean before = paused;
    paused = true;
    VarHandle.fullFence(); // pairs with the fence of a reader that has caught up
    if (isFull(orFilterHolds)) {
      return true;
    }
    paused = before;
    return false;
  }

  private boolean isFull(boolean orFilterHolds) {
    boolean atMark = unread() >= connection.settings.inputHighWaterMark && missing() <= 0;
    return atMark || mustDrainFirst() || (orFilterHolds && filter != null && filter.holdsInput());
  }

  /** Whether input must wait for the reader or the filter. */
  final boolean isFull() {
    return isFull(true);
  }

  /** Whether input is paused for what is unread, or is about to be. The run only. */
  final boolean isAtMark() {
    int unread = unread();
    return unread >= connection.settings.inputHighWaterMark
        || (paused
            && unread > connection.settings.inputLowWaterMark
            && !awaitsMemory
            && !mustDrainFirst()
            && (filter == null || !filter.holdsInput()));
  }

  /** Whether output, or that of the connection that the input goes to, stops input. */
  final boolean mustDrainFirst() {
    Pipe forwarding = pipe;
    return connection.out.isThrottlingInput() || (forwarding != null && forwarding.isBlocked());
  }

  /** Has input resumed if the reader has caught up. Any thread. */
  void resumeBehindFence() {
    if (paused && wantsMore() && (filter == null || !filter.waitsForItself())) {
      connection.endpoint.post(LoopEndpoint.RESUME);
    }
  }

  boolean wantsMore() {
    int unread = unread();
    return (unread <= connection.settings.inputLowWaterMark || missing() > 0) && !mustDrainFirst();
  }

  // ---- The token ---------------------------------------------------------------------------

  /** Has the poller look for input; false if another thread reads, or nobody may. Leader only. */
  boolean watch() {
    boolean isPollers = token.isPassed() || token.tryPass();
    if (isPollers) {
      connection.endpoint.handle().resumeInput();
    }
    return isPollers;
  }

  /** Has the poller look for input again, which was paused. Leader only. */
  void resume() {
    if (watch()) {
      paused = false; // last: where there is no memory, this is done again
    }
  }

  /** Gives the token back to the poller, or to nobody if input is paused. Leader only. */
  void giveBackToken(Handle handle) {
    if (paused && (!discarding || offered == 0)) {
      try {
        handle.pauseInput();
      } finally {
        token.release();
      }
    } else {
      token.pass();
    }
  }

  /** Gives the token back to the poller, or to nobody. */
  void returnToken(boolean isPollers) {
    if (isPollers) {
      token.pass();
    } else {
      token.release();
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

  /**
   * Ends reading for good, unless a thread reads, which comes here after it. Once CLOSED is set.
   */
  void end() {
    if (!token.tryShut()) {
      return;
    }
    giveBackWait();
    if (filter != null && token.tryDrop()) {
      filter.dropReceived();
      token.dropped();
    }
  }

  @Override
  void cool() {
    cacheSlot(InputCache.NOWHERE);
    boolean isPollers = token.tryTake();
    if (isPollers || token.tryHold()) {
      try {
        dropEmpty();
        giveBackWait();
      } finally {
        returnToken(isPollers);
      }
    } else if (token.isShut()) {
      dropBuffer();
    } // else a thread reads, and keeps the chain
  }

  private void giveBackWait() {
    CallerReads byCallers = callers;
    if (byCallers != null) {
      byCallers.giveBackWait();
    }
  }

  // ---- Memory ------------------------------------------------------------------------------

  /** Input is paused while another thread allocates memory: it is tried again soon. */
  void awaitMemory() {
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
      VarHandle.fullFence(); // pairs with that of a reader that has caught up, as in pausesIf
      if (!isFull()) {
        resume();
      }
    }
  }

  // ---- The pipe ----------------------------------------------------------------------------

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
}
