package io.netpoll.core.connection;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The socket's end of a connection's input, on the way from the socket to the chain: the holder of
 * the {@link SocketToken} fills it, as a rule the poller's leader, which takes the token from the
 * poller for each read.
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
abstract class InputReceiver extends InputSpace implements Input {
  /** Reads, at most, for one event before others have their turn. */
  private static final int READS_PER_EVENT = 16;

  /** The right to read from the socket. */
  final SocketToken token = new SocketToken();

  /** Set by the leader only. */
  volatile boolean paused;

  /** Whether what comes is dropped. Leader only. */
  private boolean discarding;

  /** Whether FIN came while the filter held bytes from before it. Leader only. */
  private boolean endsLater;

  /** Tries again to have memory; null as long as that was never needed. */
  private TimerWheel.@Nullable Timer retry;

  /**
   * There was no memory to read into, and there was no read since. The leader clears it after it
   * has published what was read, so that a thread that waits sees one of the two.
   */
  volatile boolean awaitsMemory;

  InputReceiver(EngineConnection connection) {
    super(connection);
  }

  // ---- What the user's end says ----------------------------------------------------------------

  /** Whether output, or that of the connection that the input goes to, stops input. */
  abstract boolean mustDrainFirst();

  /** Bytes were published: wakes whoever waits for them. */
  abstract void arrived();

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
    if (failure instanceof ClosedChannelException
        && connection.state.has(ConnectionState.BY_PEER)) {
      return; // a send has found it broken, and says why
    }
    if (failure != null) {
      connection.endpoint.failed(failure);
    } else if (read < 0) {
      ended();
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
      if (read > 0 && filter != null && !discarding) {
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

  /**
   * The peer has sent FIN: what came before it goes first through the filter, which may wait for
   * the reader. Leader only.
   */
  void ended() {
    if (filter != null && !discarding) {
      endsLater = filter.holdsInput() && !filter.hasFailed();
      if (endsLater) {
        return;
      }
      filter.receivedAll();
      filter.reportFailure();
    }
    connection.endpoint.inputEnded();
  }

  /** Has the poller look for input; false if another thread reads, or nobody may. Leader only. */
  boolean watch() {
    boolean isPollers = token.isPassed() || token.tryPass();
    if (isPollers) {
      connection.endpoint.handle().resumeInput();
    }
    return isPollers;
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

  @Override
  public boolean space(Spans into) {
    if (!discarding && pausesIfFull()) {
      return false;
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

  private boolean pausesIfFull() {
    if (!isFull()) {
      return false;
    }
    paused = true;
    VarHandle.fullFence(); // pairs with the fence of resumeIfPaused
    if (isFull()) {
      return true;
    }
    paused = false;
    return false;
  }

  private boolean isFull() {
    return isAtLimit() || (filter != null && filter.holdsInput());
  }

  boolean isAtLimit() {
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

  /** Goes on reading if the reader has caught up. Leader only. */
  void resumeNow() {
    if (paused && wantsMore()) {
      if (filter != null && filter.holdsInput()) {
        if (!filter.waitsForItself()) {
          receiveAgain();
        }
      } else if (watch()) {
        paused = false; // last: where there is no memory, this is done again
      }
    }
  }

  // ---- Completion backends -------------------------------------------------------------------

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
      if (isPollers && !discarding && pausesIfFull()) {
        giveBackToken(connection.endpoint.handle());
      } else {
        returnToken(isPollers);
      }
    }
    if (filter != null) {
      goOn();
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

  private void returnToken(boolean isPollers) {
    if (isPollers) {
      token.pass();
    } else {
      token.release();
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
      if (isPollers && paused) {
        giveBackToken(connection.endpoint.handle());
      } else {
        returnToken(isPollers);
      }
    }
    goOn();
  }

  /** Does what the filter may have made possible. Leader only. */
  private void goOn() {
    if (paused && !isFull() && watch()) {
      paused = false;
    }
    if (endsLater) {
      ended();
    }
    connection.out.sendFiltered();
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

  @Override
  void cool() {
    cacheSlot(InputCache.NOWHERE);
    boolean isPollers = token.tryTake();
    if (isPollers || token.tryHold()) {
      dropEmpty();
      returnToken(isPollers);
    } else if (token.isShut()) {
      dropBuffer();
    } // else a thread reads, and keeps the chain
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Ends reading for good, unless a thread reads, which comes here after it. Once CLOSED is set.
   */
  void end() {
    if (token.tryShut() && filter != null && token.tryDrop()) {
      filter.dropReceived();
      token.dropped();
    }
  }

  /** Has input resumed if the reader has caught up. Any thread. */
  void resumeBehindFence() {
    if (paused && wantsMore() && (filter == null || !filter.waitsForItself())) {
      connection.endpoint.post(LoopEndpoint.RESUME);
    }
  }

  private boolean wantsMore() {
    int unread = unread();
    return (unread <= connection.settings.inputLowWaterMark || missing() > 0) && !mustDrainFirst();
  }
}
