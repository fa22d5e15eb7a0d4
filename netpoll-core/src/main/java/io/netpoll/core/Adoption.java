package io.netpoll.core;

import io.netpoll.core.ConnectionOwner.Admission;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Makes connections of sockets that the user has connected, as {@link Entrance} does of accepted
 * ones. On the user's thread, which waits until the loop watches the socket.
 */
final class Adoption {
  private static final Runnable NOBODY_WAITS = () -> {};

  private final EngineGroup group;
  private final ConnectionSettings settings;

  Adoption(EngineGroup group, ConnectionSettings settings) {
    this.group = group;
    this.settings = settings;
  }

  /** Adopts a socket by a backend that it suits. */
  EngineConnection of(Origin.Connected origin, PollerProvider backend) throws IOException {
    PollLoop loop = group.pickFor(backend);
    StreamSocket socket = null;
    try {
      if (!loop.isLedByCaller()) {
        Await.permit(() -> "Adopting a socket");
      }
      StreamSocket adopted = origin.adoptBy(backend);
      admit(adopted);
      socket = adopted;
    } finally {
      if (socket == null) {
        loop.release();
      }
    }
    return watch(socket, loop);
  }

  private void admit(StreamSocket socket) {
    if (settings.owner != null
        && settings.owner.admit(socket.remoteAddress(), NOBODY_WAITS) != Admission.GRANTED) {
      throw new IllegalStateException(
          "The socket to "
              + Addresses.text(socket.remoteAddress())
              + " was not adopted because a limit on the connections of the event loop is reached.");
    }
  }

  private EngineConnection watch(StreamSocket socket, PollLoop loop) throws IOException {
    boolean unix = socket.remoteAddress() instanceof UnixDomainSocketAddress;
    Map<SocketOption<?>, Object> options =
        settings.socketOptions(loop.provider().supportedOptions(unix));
    EngineConnection connection = new EngineConnection(loop, settings, null);
    if (loop.isLedByCaller()) {
      connection.leader.adopt(socket, options);
      return connection;
    }
    CompletableFuture<Void> watched = new CompletableFuture<>();
    if (!loop.execute(() -> adopt(connection, socket, options, watched))) {
      settings.lose(socket);
      throw new IOException("The poller group is closed.");
    }
    try {
      Await.result(watched, "Adopting a socket");
    } catch (InterruptedIOException e) {
      connection.abort();
      throw e;
    }
    return connection;
  }

  private static void adopt(
      EngineConnection connection,
      StreamSocket socket,
      Map<SocketOption<?>, Object> options,
      CompletableFuture<Void> watched) {
    try {
      connection.leader.adopt(socket, options);
      watched.complete(null);
    } catch (Throwable t) { // whatever it is, somebody waits
      watched.completeExceptionally(t);
    }
  }
}
