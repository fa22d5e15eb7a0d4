package io.netpoll.core.connection;

import io.netpoll.CloseCallback;
import io.netpoll.Connection;
import io.netpoll.DetachedSocket;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Gives the socket of a connection away: closes the connection, but for the last step, in which the
 * poller detaches the socket instead of closing it. Among the callers of close, abort and detach
 * the first one decides; a reset, from either side, that comes before the last step ends it all.
 *
 * <p>It is the close callback of the one that decided: called by the run once no other callback can
 * use the connection's buffers. Where there is no memory for the result, the socket is closed;
 * where there is none to say so, that is said later: nobody waits for ever, and no socket is left
 * open that nobody has.
 */
final class Detachment extends RetryQueue.Step implements CloseCallback {
  private final EngineConnection connection;
  private final CompletableFuture<DetachedSocket> result = new CompletableFuture<>();

  /** Why there is no socket, until that is said. The run only, and the leader before the run. */
  private @Nullable Throwable failure;

  private Detachment(EngineConnection connection) {
    this.connection = connection;
  }

  /** Asks for the socket. Any thread. */
  static CompletionStage<DetachedSocket> begin(EngineConnection connection) {
    Detachment detachment = new Detachment(connection);
    CompletionStage<DetachedSocket> stage = detachment.result.minimalCompletionStage();
    if (connection.closeBecause(ConnectionState.DETACH)) {
      connection.closedByUser();
      detachment.retry();
    } else {
      detachment.result.completeExceptionally(detachment.failed("did nothing"));
    }
    return stage;
  }

  /** Has the run call this. */
  @Override
  public void retry() {
    try {
      connection.addCloseCallback(this);
    } catch (Throwable t) { // there is no memory
      connection.loop().postpone(this, t);
    }
  }

  /** The loop has ended, and there was no memory to be called by the run. */
  @Override
  public void abandon() {
    onClose(connection);
  }

  @Override
  public void onClose(Connection closed) {
    Throwable known = failure;
    if (known != null) {
      say(known);
      return;
    }
    try {
      StreamSocket socket = connection.endpoint.takeDetached();
      if (socket == null) {
        throw failed("failed, since it was reset before its output had left");
      }
      result.complete(free(socket));
    } catch (Throwable t) {
      say(t);
    }
  }

  private FreeSocket free(StreamSocket socket) throws IOException {
    try {
      return new FreeSocket(socket, connection.in.takeUnread());
    } catch (Throwable t) { // no memory for what is unread
      socket.close();
      throw t;
    }
  }

  private void say(Throwable why) {
    try {
      result.completeExceptionally(why);
    } catch (Throwable t) { // there is no memory
      failure = why;
      connection.loop().postpone(this, t);
    }
  }

  private IOException failed(String how) {
    return connection.closedException(
        () -> "Detaching the connection to " + connection.peer() + " " + how);
  }
}
