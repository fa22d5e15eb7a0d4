package io.netpoll.server;

import io.netpoll.AtLimit;
import io.netpoll.core.connection.ConnectionOwner.Admission;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.LogLimit;
import java.net.SocketAddress;
import java.util.concurrent.atomic.LongAdder;

/** One limit of a server: counts whom it refuses, and logs that at a bounded rate. Thread-safe. */
final class Limit {
  private final String text;
  private final AtLimit more;
  private final LongAdder refused = new LongAdder();
  private final LogLimit log = new LogLimit();

  /**
   * A limit.
   *
   * @param text for the log: "maxConnections is 100"
   * @param more what happens to connections beyond it
   */
  Limit(String text, AtLimit more) {
    this.text = text;
    this.more = more;
  }

  /** Answers one that is beyond the limit; {@code later} if it is to wait. */
  Admission reached(SocketAddress peer, Admission later) {
    if (more == AtLimit.WAIT) {
      if (log.permits()) {
        Log.SERVER.log(System.Logger.Level.WARNING, "Accepting pauses, because " + text + ".");
      }
      return later;
    }
    refused.increment();
    if (log.permits()) {
      Log.SERVER.log(
          System.Logger.Level.WARNING,
          "The connection from "
              + Addresses.text(peer)
              + " is refused, because "
              + text
              + "; "
              + refused.sum()
              + " were refused for that so far.");
    }
    return Admission.REFUSED;
  }

  long refused() {
    return refused.sum();
  }
}
