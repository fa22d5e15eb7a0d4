package io.netpoll.testkit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Finds two threads inside {@code send()} of one handle, and what must not be done beside one. */
final class SendCheck {
  private final Object handle;
  private final AtomicReference<@Nullable Thread> sender = new AtomicReference<>();

  SendCheck(Object handle) {
    this.handle = handle;
  }

  /** A thread begins to send; {@link #endSend()} must follow. */
  void beginSend() {
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

  private IllegalStateException inUse(String method, Thread other) {
    return Violations.record(method + " while " + other.getName() + " sends on " + handle + ".");
  }
}
