package io.netpoll.client;

import io.netpoll.DialTimeoutException;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.Nanos;
import io.netpoll.spi.BacklogFullException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the addresses of one dial, and the exceptions that tell it. Guarded by the lock of
 * its {@link Dial}.
 */
final class DialReport {
  private final String name;
  private final long timeout;
  private final long start = System.nanoTime();
  private final List<String> reasons = new ArrayList<>();
  private final List<IOException> failures = new ArrayList<>();
  private final Map<SocketAddress, BacklogFullException> full = new LinkedHashMap<>();

  /**
   * Of a dial that somebody asks for now.
   *
   * @param name the server
   * @param timeout how long it may take, in nanoseconds, when it has begun
   */
  DialReport(String name, long timeout) {
    this.name = name;
    this.timeout = timeout;
  }

  /** Notes why an address could not be connected. */
  void failed(SocketAddress address, IOException cause) {
    String name = Addresses.text(address);
    String reason = String.valueOf(cause.getMessage());
    String known = "connecting to " + name + " failed: ";
    reasons.add(
        name + ": " + (reason.startsWith(known) ? reason.substring(known.length()) : reason));
    failures.add(cause);
  }

  /** Notes that an address is to be tried again because its queue of connections is full. */
  void full(SocketAddress address, BacklogFullException cause) {
    full.put(address, cause);
  }

  /** The exception for a dial of which every address failed. */
  ConnectException refused() {
    return withFailures(
        new ConnectException("Dialling " + name + " failed after " + spent() + listed() + "."));
  }

  /**
   * The exception for a dial that took too long.
   *
   * @param unanswered the addresses that are still waited for; empty while the name is looked up
   * @param untried how many were left
   */
  DialTimeoutException timedOut(Collection<SocketAddress> unanswered, int untried) {
    full.forEach(this::failed);
    for (SocketAddress address : unanswered) {
      if (!full.containsKey(address)) {
        reasons.add(Addresses.text(address) + ": no answer");
      }
    }
    if (reasons.isEmpty()) {
      reasons.add("its name was still being looked up");
    } else if (untried > 0) {
      reasons.add("not tried: " + untried + " more");
    }
    return withFailures(
        new DialTimeoutException(
            "Dialling " + name + " was not done within " + Nanos.text(timeout) + listed() + "."));
  }

  /** The exception for a host without an address. */
  UnknownHostException unknownHost(Throwable cause) {
    UnknownHostException unknown =
        new UnknownHostException(
            "Dialling " + name + " failed after " + spent() + ": " + cause.getMessage() + ".");
    unknown.initCause(cause);
    return unknown;
  }

  /** The exception for a resolver that failed otherwise. */
  IOException notResolved(Throwable cause) {
    return new IOException(
        "Dialling " + name + " failed after " + spent() + ": looking it up failed, " + cause + ".",
        cause);
  }

  private String spent() {
    return Nanos.text(System.nanoTime() - start);
  }

  private String listed() {
    return reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")";
  }

  /** One failure is the cause; several are suppressed exceptions, in the order they came. */
  private <E extends IOException> E withFailures(E exception) {
    if (failures.size() == 1) {
      exception.initCause(failures.get(0));
    } else {
      failures.forEach(exception::addSuppressed);
    }
    return exception;
  }
}
