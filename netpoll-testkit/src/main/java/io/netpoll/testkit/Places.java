package io.netpoll.testkit;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Who listens where, and which addresses never answer. One for the process. */
final class Places {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Map<SocketAddress, Listening> LISTENING = new HashMap<>();
  private static final Set<SocketAddress> BLACK_HOLES = new HashSet<>();
  private static final AtomicInteger PORTS = new AtomicInteger();

  private Places() {}

  static Listening bind(SocketAddress address, int backlog) throws IOException {
    if (address instanceof InetSocketAddress inet) {
      InetAddress host = resolved(inet);
      if (!host.isAnyLocalAddress() && !host.isLoopbackAddress()) {
        throw new BindException("Cannot assign requested address: " + address);
      }
    } else if (!(address instanceof UnixDomainSocketAddress)) {
      throw new UnsupportedOperationException("The fake backend has no sockets for " + address);
    }
    LOCK.lock();
    try {
      SocketAddress chosen = withPort(address);
      for (SocketAddress taken : LISTENING.keySet()) {
        if (overlaps(taken, chosen)) {
          throw new BindException("Address already in use: " + address);
        }
      }
      Listening listening = new Listening(chosen, backlog);
      LISTENING.put(chosen, listening);
      return listening;
    } finally {
      LOCK.unlock();
    }
  }

  static void free(Listening listening) {
    LOCK.lock();
    try {
      LISTENING.remove(listening.address, listening);
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Connects to whoever listens.
   *
   * @return the dialing end, or null if the address is a black hole
   * @throws ConnectException if nobody listens
   */
  static @Nullable Side dial(SocketAddress remote, SocketAddress local) throws ConnectException {
    Listening found = null;
    LOCK.lock();
    try {
      for (SocketAddress hole : BLACK_HOLES) {
        if (overlaps(hole, remote)) {
          return null;
        }
      }
      for (Listening listening : LISTENING.values()) {
        if (overlaps(listening.address, remote)) {
          found = listening;
        }
      }
    } finally {
      LOCK.unlock();
    }
    if (found == null) {
      throw new ConnectException("Connection refused: " + remote);
    }
    Side side = Side.connect(local, remote);
    found.arrive(side.other());
    return side;
  }

  static void addBlackHole(SocketAddress address) {
    LOCK.lock();
    try {
      BLACK_HOLES.add(address);
    } finally {
      LOCK.unlock();
    }
  }

  static void clearBlackHoles() {
    LOCK.lock();
    try {
      BLACK_HOLES.clear();
    } finally {
      LOCK.unlock();
    }
  }

  /** The local address of a client that dials, with a port of its own. */
  static SocketAddress localFor(SocketAddress remote, @Nullable SocketAddress wanted) {
    if (remote instanceof UnixDomainSocketAddress) {
      return wanted == null ? UnixDomainSocketAddress.of("") : wanted;
    }
    return withPort(
        wanted == null ? new InetSocketAddress(resolved((InetSocketAddress) remote), 0) : wanted);
  }

  private static SocketAddress withPort(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getPort() == 0
        ? new InetSocketAddress(inet.getAddress(), 10_000 + PORTS.getAndIncrement() % 55_000)
        : address;
  }

  private static InetAddress resolved(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    if (host == null) {
      throw Violations.record("The address " + address + " is not resolved.");
    }
    return host;
  }

  /** Whether two addresses are equal, or have the same port and one means every local address. */
  private static boolean overlaps(SocketAddress one, SocketAddress two) {
    return one.equals(two)
        || one instanceof InetSocketAddress a
            && two instanceof InetSocketAddress b
            && a.getPort() == b.getPort()
            && (resolved(a).isAnyLocalAddress() || resolved(b).isAnyLocalAddress());
  }
}
