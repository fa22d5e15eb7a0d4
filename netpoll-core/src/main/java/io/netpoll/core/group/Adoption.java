package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionOwner.Admission;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.LoopEndpoint;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Makes connections of sockets that the user has connected, as {@link AdmissionQueue} does of
 * accepted ones. On the user's thread, which waits until the loop watches the socket.
 *
 * <p>Until the leader has the socket, it is the user's, and whatever is thrown gives back the
 * reservation of the loop and the place; from then on {@link LoopEndpoint#adopt} answers for all.
 */
final class Adoption {
  private static final Runnable NOBODY_WAITS = () -> {};

  private final EngineGroup group;
  private final ConnectionSettings settings;

  Adoption(EngineGroup group, ConnectionSettings settings) {
    this.group = group;
    this.settings = settings;
  }

  /** A socket on its way to its loop, with all that is needed there. */
  private record Adopted(
      EngineConnection connection,
      StreamSocket socket,
      SocketAddress peer,
      Map<SocketOption<?>, Object> options,
      CompletableFuture<Void> watched)
      implements Runnable {

    /** Lets the leader have it. */
    @Override
    public void run() {
      try {
        connection.endpoint.adopt(socket, peer, options);
        watched.complete(null);
      } catch (Throwable t) { // whatever it is, somebody waits
        watched.completeExceptionally(t);
      }
    }
  }

  /** Adopts a socket by a backend that it suits. */
  EngineConnection of(AdoptionSource.Connected origin, PollerProvider backend) throws IOException {
    ConnectionLoop loop = group.pickFor(backend);
    Adopted adopted;
    boolean onItsWay = false;
    try {
      if (!loop.isLedByCaller()) {
        Await.permit(() -> "Adopting a socket");
      }
      adopted = prepare(origin.adoptBy(backend), loop);
      admit(adopted.peer);
      onItsWay = true;
    } finally {
      if (!onItsWay) {
        loop.release();
      }
    }
    if (loop.isLedByCaller()) {
      adopted.run();
    } else {
      handOver(adopted, loop);
    }
    try {
      Await.result(adopted.watched, "Adopting a socket");
    } catch (InterruptedIOException | Error e) { // the latter: there is no memory to wait
      adopted.connection.abort();
      throw e;
    }
    return adopted.connection;
  }

  private Adopted prepare(StreamSocket socket, ConnectionLoop loop) {
    SocketAddress peer = socket.remoteAddress();
    boolean unix = peer instanceof UnixDomainSocketAddress;
    return new Adopted(
        new EngineConnection(loop, settings, null),
        socket,
        peer,
        settings.socketOptions(loop.provider().supportedOptions(unix)),
        new CompletableFuture<>());
  }

  private void admit(SocketAddress peer) {
    if (settings.owner != null && settings.owner.admit(peer, NOBODY_WAITS) != Admission.GRANTED) {
      throw new IllegalStateException(
          "The socket to "
              + Addresses.text(peer)
              + " was not adopted because a limit on the connections of the event loop is reached.");
    }
  }

  private void handOver(Adopted adopted, ConnectionLoop loop) throws IOException {
    boolean taken;
    try {
      taken = loop.execute(adopted);
    } catch (Throwable t) { // there is no memory
      loop.release();
      settings.leave(adopted.peer);
      throw t;
    }
    if (!taken) {
      settings.lose(adopted.socket, adopted.peer);
      throw new IOException("The poller group is closed.");
    }
  }
}
