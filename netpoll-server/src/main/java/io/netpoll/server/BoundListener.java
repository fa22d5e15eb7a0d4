package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.Acceptance;
import io.netpoll.core.Addresses;
import io.netpoll.core.ConnectionSettings;
import io.netpoll.core.EngineGroup;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bound socket, first on its own, then in the hands of the one event loop that serves it.
 *
 * <pre>
 *   BOUND ── serve ──► SERVED ── close ──► CLOSED
 *     └───────────── close ──────────────────▲
 * </pre>
 */
final class BoundListener implements Listener {
  private final EngineGroup group;
  private final ListenSocket socket;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Acceptance acceptance;
  private volatile boolean closed;

  BoundListener(EngineGroup group, ListenSocket socket) {
    this.group = group;
    this.socket = socket;
  }

  /**
   * Starts to accept connections.
   *
   * @throws IllegalStateException if this is done already, or the listener is closed
   */
  Acceptance accept(ConnectionSettings settings) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("The listener on " + this + " is closed: make a new one.");
      }
      if (acceptance != null) {
        throw new IllegalStateException("The listener on " + this + " is being served already.");
      }
      Acceptance started = group.accept(socket, settings);
      acceptance = started;
      return started;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  @Override
  public PollerGroup group() {
    return group;
  }

  EngineGroup engineGroup() {
    return group;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (acceptance == null) {
        socket.close();
      } else {
        acceptance.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return Addresses.text(localAddress());
  }
}
