package io.netpoll.core.connection;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * The socket's end of a connection's input, on the way from the socket to the chain: the holder of
 * the {@link SocketToken} fills it, as a rule the poller's leader, which takes the token from the
 * poller for each read.
 */
abstract class InputReceiver extends InputFlowControl implements Input {
  /** Reads, at most, for one event before others have their turn. */
  private static final int READS_PER_EVENT = 16;

  /** Whether FIN came while the filter held bytes from before it. Leader only. */
  private boolean endsLater;

  InputReceiver(EngineConnection connection) {
    super(connection);
  }

  // ---- What the user's end says ----------------------------------------------------------------

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
      CallerReads byCallers = callers;
      boolean isWatched = byCallers != null && byCallers.readable(handle, ending);
      if (!isWatched) {
        handle.pauseInput();
      }
      if (!isWatched || !ending || !token.tryTake()) {
        return;
      }
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
      } else {
        resume();
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
      if (isPollers) {
        giveBackToken(connection.endpoint.handle());
      } else {
        token.release();
      }
    }
    goOn();
  }

  /** Does what the filter may have made possible. Leader only. */
  private void goOn() {
    if (paused && !isFull()) {
      resume();
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
}
