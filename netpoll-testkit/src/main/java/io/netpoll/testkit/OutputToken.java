package io.netpoll.testkit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who holds the output token of a connection, as far as its handle can see: a thread within {@code
 * send()}, or the poller. Finds uses of the token that somebody else holds.
 */
final class OutputToken {
  private final Object handle;
  private final AtomicReference<@Nullable Thread> sender = new AtomicReference<>();
  private volatile boolean pollerHolds;

  OutputToken(Object handle) {
    this.handle = handle;
  }

  /** A thread begins to send; {@link #endSend()} must follow. */
  void beginSend() {
    if (pollerHolds) {
      throw heldByPoller("send()");
    }
    Thread other = sender.compareAndExchange(null, Thread.currentThread());
    if (other != null) {
      throw inUse("send()", other);
    }
  }

  void endSend() {
    sender.set(null);
  }

  /** The leader does what needs a token that nobody is sending with. */
  void refuseWhileSending(String method) {
    Thread other = sender.get();
    if (other != null) {
      throw inUse(method, other);
    }
  }

  /** The leader does what only the holder of the token may, for the engine. */
  void refuseUnlessFree(String method) {
    refuseWhileSending(method);
    if (pollerHolds) {
      throw heldByPoller(method);
    }
  }

  void giveToPoller() {
    pollerHolds = true;
  }

  void takeFromPoller() {
    pollerHolds = false;
  }

  boolean isPollers() {
    return pollerHolds;
  }

  private IllegalStateException inUse(String method, Thread other) {
    return Violations.record(method + " while " + other.getName() + " sends on " + handle + ".");
  }

  private IllegalStateException heldByPoller(String method) {
    return Violations.record(
        method + " while the poller holds the output token of " + handle + ".");
  }
}
