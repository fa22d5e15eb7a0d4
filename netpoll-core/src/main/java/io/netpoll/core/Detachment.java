package io.netpoll.core;

import io.netpoll.CloseCallback;
import io.netpoll.Connection;
import io.netpoll.DetachedSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives the socket of a connection away: closes the connection, but for the last step, in which the
 * poller detaches the socket instead of closing it. Among the callers of close, abort and detach
 * the first one decides; a reset, from either side, that comes before the last step ends it all.
 *
 * <p>It is the close callback of the one that decided: called by the run once no other callback can
 * use the connection's buffers.
 */
final class Detachment implements CloseCallback {
  private final EngineConnection connection;
  private final CompletableFuture<DetachedSocket> result = new CompletableFuture<>();

  private Detachment(EngineConnection connection) {
    this.connection = connection;
  }

  /** Asks for the socket. Any thread. */
  static CompletionStage<DetachedSocket> begin(EngineConnection connection) {
    Detachment detachment = new Detachment(connection);
    if (connection.closeBecause(ConnectionState.DETACH)) {
      connection.closedByUser();
      connection.addCloseCallback(detachment);
    } else {
      detachment.fail("did nothing");
    }
    return detachment.result.minimalCompletionStage();
  }

  @Override
  public void onClose(Connection closed) {
    StreamSocket socket = connection.leader.takeDetached();
    if (socket == null) {
      fail("failed, since it was reset before its output had left");
      return;
    }
    try {
      result.complete(new FreeSocket(socket, connection.in.takeUnread()));
    } catch (IOException | RuntimeException | Error e) { // no memory for what is unread
      socket.close();
      result.completeExceptionally(e);
    }
  }

  private void fail(String how) {
    result.completeExceptionally(
        connection.closedException(
            () -> "Detaching the connection to " + connection.peer() + " " + how));
  }
}
