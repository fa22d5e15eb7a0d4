package io.netpoll.testkit;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Who listens where, and which addresses never answer. One for the process. */
final class Places {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final List<Listening> LISTENING = new ArrayList<>();
  private static final Set<SocketAddress> BLACK_HOLES = new HashSet<>();
  private static final AtomicInteger PORTS = new AtomicInteger();
  private static final AtomicInteger TURNS = new AtomicInteger();

  private Places() {}

  /**
   * Binds a socket.
   *
   * @param only the version of IP that a wildcard address stands for; null for both
   */
  static Listening bind(
      SocketAddress address,
      @Nullable ProtocolFamily only,
      int backlog,
      Map<SocketOption<?>, Object> options)
      throws IOException {
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
      Listening listening = new Listening(chosen, only, backlog, options);
      for (Listening other : LISTENING) {
        boolean shared = other.sharesPort() && listening.sharesPort();
        if (!shared && !other.isApartFrom(listening) && overlaps(other.address, chosen)) {
          throw new BindException("Address already in use: " + address);
        }
      }
      LISTENING.add(listening);
      return listening;
    } finally {
      LOCK.unlock();
    }
  }

  static void free(Listening listening) {
    LOCK.lock();
    try {
      LISTENING.remove(listening);
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
    List<Listening> found;
    LOCK.lock();
    try {
      for (SocketAddress hole : BLACK_HOLES) {
        if (overlaps(hole, remote)) {
          return null;
        }
      }
      found = at(remote);
    } finally {
      LOCK.unlock();
    }
    if (found.isEmpty()) {
      throw new ConnectException("Connection refused: " + remote);
    }
    Side side = Side.connect(local, remote);
    int turn = found.size() == 1 ? 0 : Math.floorMod(TURNS.getAndIncrement(), found.size());
    found.get(turn).arrive(side.other());
    return side;
  }

  /** Who listens at an address. */
  static List<Listening> at(SocketAddress address) {
    LOCK.lock();
    try {
      return LISTENING.stream()
          .filter(each -> overlaps(each.address, address) && each.isReachedAt(address))
          .toList();
    } finally {
      LOCK.unlock();
    }
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
