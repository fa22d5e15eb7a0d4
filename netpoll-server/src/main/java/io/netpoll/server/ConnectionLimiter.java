package io.netpoll.server;

import io.netpoll.AtLimit;
import io.netpoll.Refusals;
import io.netpoll.core.connection.ConnectionOwner.Admission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps to the {@link Limits} of a server: admits connections, and counts those it admitted until
 * they leave. Thread-safe; never waits.
 *
 * <p>An acceptor that must wait for room puts itself on the list, and looks at the count again
 * then; whoever leaves counts down, and looks at the list then. So room never goes unnoticed.
 */
final class ConnectionLimiter {
  private final Limits limits;
  private final AtomicInteger inside = new AtomicInteger();

  /** How many are inside from each address: an array of one, so that to count takes no memory. */
  private final ConcurrentHashMap<InetAddress, int[]> byAddress = new ConcurrentHashMap<>();

  private final @Nullable AcceptRate rate;
  private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

  private final Limit maxConnections;
  private final Limit maxPerAddress;
  private final Limit acceptRate;

  ConnectionLimiter(Limits limits) {
    this.limits = limits;
    this.rate = limits.newRate();
    this.maxConnections =
        new Limit("maxConnections is " + limits.maxConnections(), limits.atMaxConnections());
    this.maxPerAddress =
        new Limit("maxConnectionsPerAddress is " + limits.maxPerAddress(), AtLimit.REFUSE);
    this.acceptRate =
        new Limit(
            "acceptRate is " + limits.acceptsPerSecond() + " a second", limits.atAcceptRate());
  }

  /** Asks for admission, as {@link io.netpoll.core.connection.ConnectionOwner#admit}. */
  Admission admit(SocketAddress peer, Runnable askAgain) {
    while (!enter()) {
      if (!hasRoomAfterAll(askAgain)) {
        return maxConnections.reached(peer, Admission.WHEN_OTHERS_CLOSE);
      }
    }
    boolean entered = false;
    try {
      entered = enterFrom(peer);
    } finally { // there may be no memory for the first one from an address
      if (!entered) {
        leave();
      }
    }
    if (!entered) {
      return maxPerAddress.reached(peer, Admission.REFUSED);
    }
    if (rate != null && !rate.tryTake()) {
      leave(peer);
      return acceptRate.reached(peer, Admission.AFTER_A_MOMENT);
    }
    return Admission.GRANTED;
  }

  /**
   * Puts a waiter on the list, if connections are to wait.
   *
   * @return whether there is room meanwhile, and the waiter is off the list
   */
  private boolean hasRoomAfterAll(Runnable askAgain) {
    if (limits.atMaxConnections() == AtLimit.REFUSE) {
      return false;
    }
    waiting.add(askAgain);
    return inside.get() < limits.maxConnections() && waiting.remove(askAgain);
  }

  private boolean enter() {
    for (; ; ) {
      int before = inside.get();
      if (before >= limits.maxConnections()) {
        return false;
      }
      if (inside.compareAndSet(before, before + 1)) {
        return true;
      }
    }
  }

  private boolean enterFrom(SocketAddress peer) {
    InetAddress address = addressOf(peer);
    if (address == null) {
      return true;
    }
    int max = limits.maxPerAddress();
    boolean[] entered = new boolean[1];
    byAddress.compute(
        address,
        (key, known) -> {
          int[] count = known == null ? new int[1] : known;
          entered[0] = count[0] < max;
          count[0] += entered[0] ? 1 : 0;
          return count;
        });
    return entered[0];
  }

  /** One that was admitted has gone. Takes no memory. */
  void leave(SocketAddress peer) {
    InetAddress address = addressOf(peer);
    if (address != null) {
      byAddress.computeIfPresent(address, (key, count) -> --count[0] == 0 ? null : count);
    }
    leave();
  }

  private void leave() {
    inside.decrementAndGet();
    for (Runnable askAgain : waiting) {
      if (waiting.remove(askAgain)) {
        askAgain.run();
      }
    }
  }

  /** How many were admitted and have not gone, also those on their way to a loop. */
  int inside() {
    return inside.get();
  }

  /** Whether all that were admitted have gone. */
  boolean isEmpty() {
    return inside() == 0;
  }

  /** The address to count by; null if connections are not counted by address. */
  private @Nullable InetAddress addressOf(SocketAddress peer) {
    return limits.maxPerAddress() < Integer.MAX_VALUE && peer instanceof InetSocketAddress inet
        ? inet.getAddress()
        : null;
  }

  Refusals refusals() {
    return new Refusals(maxConnections.refused(), maxPerAddress.refused(), acceptRate.refused());
  }
}
