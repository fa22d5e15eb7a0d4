package io.netpoll.core.connection;

import io.netpoll.core.loop.Log;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a connection comes to its loop, which its leader does: a socket that was accepted, adopted or
 * is being connected is taken under watch, and input begins.
 *
 * <pre>
 *   admitted, on its way    attach, adopt or connect gives back the reservation and the place
 *   watched, not begun      {@link LoopEndpoint#lookOver} resets it; the poller reports the end
 *   begun                   what is asked is noted until it was carried out
 * </pre>
 */
abstract class EndpointStart extends EndpointTasks implements Endpoint {
  /** Set by the leader before the first event and before the connection is shown to a user. */
  private @Nullable Handle handle;

  /** The dial that the connection completes; null for an accepted one. Leader only. */
  @Nullable PendingDial dial;

  /** Whether the loop's list has the connection, and its load counts it. Leader only. */
  boolean listed;

  /** Whether it was begun: input was started, or the run, or the dial. Leader only. */
  boolean begun;

  /**
   * Why the dial fails, once that is known: leader only. Or why a send failed: written before
   * BROKEN is noted, and read after that was taken.
   */
  @Nullable Throwable failure;

  EndpointStart(EngineConnection connection, ConnectionLoop loop, @Nullable PendingDial dial) {
    super(connection, loop);
    this.dial = dial;
  }

  /** Tries again later what failed for want of memory. */
  abstract void endLater(Throwable noMemory);

  // ---- Any thread ----------------------------------------------------------------------------

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

  /** Whether a dial waits for the connection. */
  boolean isDialling() {
    return dial != null;
  }

  // ---- Leader only: accepted and adopted sockets -----------------------------------------------

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

  void startInput() {
    ConnectionFilter filter = connection.filter;
    if (filter != null) {
      filter.show();
      if (!filter.start()) {
        return;
      }
    }
    connection.in.watch();
    connection.in.receiveAgain();
    connection.recordActivity(); // inactivity counts from here
    connection.watchInactivity();
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

  // ---- Leader only: dials ----------------------------------------------------------------------

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
      connection.in.watch();
      connection.out.sendFiltered();
    }
  }

  /**
   * Whether TCP has connected the two ends of one socket, as it does where nobody listens at the
   * port and the system chooses that port for the socket that dials it.
   */
  private boolean isConnectedWithItself() {
    return handle().localAddress() instanceof InetSocketAddress local
        && local.equals(handle().remoteAddress());
  }

  /** The connection may be used: it is connected, and its filter, if it has one, is open. */
  void opened() {
    PendingDial pending = dial;
    if (connection.state.has(ConnectionState.CLOSING)) {
      return; // the end fails a dial that has not been given up
    }
    if (pending != null) {
      pending.succeed(connection); // it begins to read for the caller that takes it
      dial = null;
    }
    if (connection.state.has(ConnectionState.FINISHING)) {
      post(FINISH);
    }
    connection.callbacks.signal();
  }

  /** Tells the thread that waits for the dial, if there is one. */
  void failDial() {
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
}
