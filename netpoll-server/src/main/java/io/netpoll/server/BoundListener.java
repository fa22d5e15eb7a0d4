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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bound address: its one socket, or a socket for each loop. First on its own, then in the hands
 * of the one event loop that serves it.
 *
 * <pre>
 *   BOUND ── serve ──► SERVED ── close ──► CLOSED
 *     └───────────── close ──────────────────▲
 * </pre>
 */
final class BoundListener implements Listener {
  private final EngineGroup group;
  private final List<ListenSocket> sockets;

  /** Whether each socket's connections stay on the loop that accepted them. */
  private final boolean eachOnOneLoop;

  private final ReentrantLock lock = new ReentrantLock();
  private List<Acceptance> acceptances = List.of();
  private volatile boolean closed;

  BoundListener(EngineGroup group, List<ListenSocket> sockets, boolean eachOnOneLoop) {
    this.group = group;
    this.sockets = List.copyOf(sockets);
    this.eachOnOneLoop = eachOnOneLoop;
  }

  /**
   * Starts to accept connections.
   *
   * @return the acceptances of its sockets
   * @throws IllegalStateException if this is done already, or the listener is closed
   */
  List<Acceptance> accept(ConnectionSettings settings) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("The listener on " + this + " is closed: make a new one.");
      }
      if (!acceptances.isEmpty()) {
        throw new IllegalStateException("The listener on " + this + " is being served already.");
      }
      List<Acceptance> started = new ArrayList<>();
      try {
        for (ListenSocket socket : sockets) {
          started.add(
              eachOnOneLoop
                  ? group.acceptOnOneLoop(started.size(), socket, settings)
                  : group.accept(socket, settings));
        }
      } finally {
        acceptances = List.copyOf(started);
        if (!started.isEmpty() && started.size() < sockets.size()) {
          close(); // connections that wait at the other sockets would wait for ever
        }
      }
      return acceptances;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return sockets.get(0).localAddress();
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
      acceptances.forEach(Acceptance::close);
      sockets.forEach(ListenSocket::close); // does nothing to those that a poller has taken
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return Addresses.text(localAddress());
  }
}
