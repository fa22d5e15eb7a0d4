package io.netpoll.core.connection;

import io.netpoll.core.execution.Await;

/**
 * The input of a connection whose socket its callers may read themselves, as {@link CallerReads}
 * says: which of them do, and what the others do then. Nothing of it concerns a connection of which
 * no caller has ever read.
 */
abstract class CallerInput extends InputReceiver {
  CallerInput(EngineConnection connection) {
    super(connection);
  }

  /** A caller has read the socket beside the leader: as {@code arrived} of the leader's reads. */
  abstract void arrivedBesideLeader();

  /** Reads the socket on the calling thread, if it may; whether that was enough. */
  final boolean readByCaller(long wanted, Await.Limit limit) {
    InputWaits waits = connection.loop().inputWaits();
    if (waits == null || filter != null || connection.callbacks.hasHandler()) {
      return false;
    }
    CallerReads reading = callers;
    if (!Await.mayWaitInSystem()) {
      readByLoop();
      return false;
    }
    if (reading == null) {
      reading = new CallerReads(connection, this, waits);
      callers = reading;
    }
    return reading.until(wanted, limit);
  }

  /** Whether the end is in the socket, which the loop may have yet to note. */
  final boolean meetsEnd() {
    CallerReads reading = callers;
    return reading != null && reading.meetsEnd();
  }

  /** The loop reads from now on, and no caller: there is a handler, or a pipe. */
  final void readByLoop() {
    CallerReads reading = callers;
    if (reading != null) {
      reading.leave();
    }
  }

  @Override
  protected final void look() {
    CallerReads reading = callers;
    if (reading != null) {
      reading.look();
    }
  }

  /** Whether fewer than {@code wanted} bytes ever came. */
  final boolean isShortOf(long wanted) {
    return written() - wanted < 0;
  }

  /** Whether the input goes on. */
  final boolean mayStillCome() {
    return !connection.state.has(ConnectionState.ENDED | ConnectionState.CLOSING);
  }

  /** A send has found the socket broken: takes what came before that. Leader only. */
  final void takeLeft() {
    CallerReads reading = callers;
    if (reading != null) {
      reading.takeLeft();
    }
  }

  /** Wakes a caller that sleeps in the system. After a full fence. */
  final void wakeCaller() {
    CallerReads reading = callers;
    if (reading != null) {
      reading.wake();
    }
  }

  /** Gives an empty chain back where callers read, and it is not kept. The reading thread. */
  final void dropIfNotKept() {
    CallerReads reading = callers;
    if (reading != null) {
      reading.released();
    }
  }
}
