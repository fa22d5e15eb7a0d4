package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.core.loop.Log;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.Nanos;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a connection, and how it ends: the two sides that bytes go through ({@link
 * ConnectionInput}, {@link ConnectionOutput}), the {@link LoopEndpoint} that the poll loop works
 * on, and the {@link CallbackTask} that makes the callbacks. What binds them is {@link
 * ConnectionState}. Any thread calls the methods that do not say otherwise.
 */
abstract sealed class ConnectionParts permits EngineConnection {
  private static final VarHandle INACTIVITY;

  static {
    try {
      INACTIVITY =
          MethodHandles.lookup()
              .findVarHandle(ConnectionParts.class, "inactivity", Inactivity.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final ConnectionSettings settings;
  final ConnectionState state = new ConnectionState();

  /** Null if the bytes of the socket are those of the user. */
  final @Nullable ConnectionFilter filter;

  final ConnectionInput in;
  final ConnectionOutput out;
  public final LoopEndpoint endpoint;
  final CallbackTask callbacks;

  /** Null as long as there was no inactivity timeout. */
  private volatile @Nullable Inactivity inactivity;

  private volatile @Nullable IOException failure;

  ConnectionParts(ConnectionLoop loop, ConnectionSettings settings, @Nullable PendingDial dial) {
    EngineConnection self = self();
    this.settings = settings;
    this.endpoint = new LoopEndpoint(self, loop, dial);
    this.filter = settings.filter == null ? null : new ConnectionFilter(self, settings.filter);
    this.in = new ConnectionInput(self, settings);
    this.out = new ConnectionOutput(self, settings);
    this.callbacks = new CallbackTask(self);
    if (settings.inactivityTimeoutNanos > 0) {
      inactivity = new Inactivity(self, settings.inactivityTimeoutNanos);
    }
  }

  /** This connection, of which there is no other kind. */
  private EngineConnection self() {
    return (EngineConnection) this;
  }

  public ConnectionLoop loop() {
    return endpoint.loop();
  }

  /** The peer's address, for messages. */
  String peer() {
    return endpoint.hasHandle() ? Addresses.text(endpoint.handle().remoteAddress()) : "a peer";
  }

  /** Wakes those that wait to read or write, so that they look at the state again. */
  void wakeWaiters() {
    in.wake();
    out.wake();
  }

  /** Whether the connection may be used: it has no filter, or that is open. */
  boolean isFilterOpen() {
    return filter == null || filter.isOpen();
  }

  /** Whether the filter does not go on: the connection ends when what came before was handled. */
  boolean hasFilterFailed() {
    return filter != null && filter.hasFailed();
  }

  /**
   * Whether it stays open after the end of its input: for pipes, or for a user that writes by hand.
   */
  boolean outlivesInput() {
    Pipe from = in.pipe();
    Pipe to = out.pipe();
    if ((from != null && !from.isOver()) || (to != null && !to.isOver())) {
      return true;
    }
    return settings.halfClose && (from == null || to == null);
  }

  // ---- Inactivity --------------------------------------------------------------------------

  /** Bytes were received or sent. */
  void recordActivity() {
    Inactivity watched = inactivity;
    if (watched != null) {
      watched.recordActivity();
    }
  }

  /** Watches for inactivity, if that was asked for. Leader only. */
  void watchInactivity() {
    Inactivity watched = inactivity;
    if (watched != null) {
      watched.run();
    }
  }

  /** Watches no more. Leader only. */
  void stopWatchingInactivity() {
    Inactivity watched = inactivity;
    if (watched != null) {
      watched.cancel();
    }
  }

  /** Changes how long nothing may move, counted from now; 0 for ever. Any thread. */
  void changeInactivityTimeout(long nanos) {
    Inactivity watched = inactivity;
    if (watched == null) {
      INACTIVITY.compareAndSet(this, null, new Inactivity(self(), nanos));
      watched = Objects.requireNonNull(inactivity);
    }
    watched.timeout(nanos);
    endpoint.post(LoopEndpoint.LOOK);
  }

  // ---- Closing -----------------------------------------------------------------------------

  /**
   * Closes, for the reason that {@code bits} says: BY_PEER, or 0 for this side, or DETACH.
   *
   * @return whether this call did so, and not one before
   */
  boolean closeBecause(int bits) {
    if (!state.setClosing(bits)) {
      return false;
    }
    try {
      wakeWaiters();
    } finally {
      endpoint.post(LoopEndpoint.CLOSE);
    }
    return true;
  }

  /** Resets the connection because the library cannot go on with it. */
  void closeForFailure(String what, Exception cause) {
    try {
      Log.CONNECTION.log(
          System.Logger.Level.WARNING,
          "The connection to " + peer() + " " + what + "; it is reset.",
          cause);
      noteFailure(new IOException(cause.getMessage(), cause));
    } finally { // there may be no memory to say so
      reset();
    }
  }

  /** Closes in order if nothing is left to send, and else resets: the peer takes nothing. */
  void closeForInactivity(long nanos) {
    noteFailure(
        new IOException(
            "Nothing was received or sent for "
                + Nanos.text(nanos)
                + ", which is the inactivity timeout."));
    if (out.pending() > 0) {
      reset();
    } else {
      closeBecause(0);
    }
  }

  /** Drops pending output and resets the connection. */
  void reset() {
    state.set(ConnectionState.ABORT);
    closeBecause(0);
    endpoint.post(LoopEndpoint.CLOSE); // hastens a close that is under way
  }

  /**
   * The user is done with the connection: what it received and nobody has views of may be given
   * back, at once if its socket is closed already.
   */
  void closedByUser() {
    state.set(ConnectionState.USER_CLOSED);
    in.letGoByCaller();
  }

  /** Notes why the connection ends, for threads that use it later; the first reason stays. */
  void noteFailure(IOException cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  // ---- Exceptions --------------------------------------------------------------------------

  /** The exception for an operation that cannot be done any more. */
  ConnectionClosedException closedException(Supplier<String> what) {
    int seen = state.get();
    boolean local =
        (seen & ConnectionState.CLOSING) != 0
            && (seen & (ConnectionState.BY_PEER | ConnectionState.FAILED)) == 0;
    if (local) {
      boolean detached = (seen & ConnectionState.DETACH) != 0;
      return new ConnectionClosedException(
          Side.LOCAL,
          what.get() + ": this side has " + (detached ? "detached" : "closed") + " the connection.",
          failure);
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
}
