package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.Acceptance;
import io.netpoll.core.Addresses;
import io.netpoll.core.Await;
import io.netpoll.core.ConnectionSettings;
import io.netpoll.core.EngineGroup;
import io.netpoll.core.Nanos;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.time.Duration;
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
  private final Accepting accepting;

  private final ReentrantLock lock = new ReentrantLock();
  private List<Acceptance> acceptances = List.of();
  private volatile boolean closed;

  /** How accepting starts at each of the sockets. */
  @FunctionalInterface
  interface Accepting {
    Acceptance start(int number, ListenSocket socket, ConnectionSettings settings)
        throws IOException;
  }

  BoundListener(EngineGroup group, List<ListenSocket> sockets, Accepting accepting) {
    this.group = group;
    this.sockets = List.copyOf(sockets);
    this.accepting = accepting;
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
          started.add(accepting.start(started.size(), socket, settings));
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
  public boolean drain(Duration limit) {
    ServingLoop.checkLimit(limit);
    return drain(Await.Limit.in(Nanos.of(limit)));
  }

  /** Drains as {@link #drain(Duration)}. */
  boolean drain(Await.Limit limit) {
    Await.permit(() -> "Draining a listener");
    try {
      return Acceptance.drain(served(), limit);
    } catch (InterruptedIOException e) {
      return false; // the interrupt flag stays set, for the caller to see
    } finally {
      close();
    }
  }

  /** What is to be drained: nothing if it is not served, or closed. */
  private List<Acceptance> served() {
    lock.lock();
    try {
      return closed ? List.of() : acceptances;
    } finally {
      lock.unlock();
    }
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
