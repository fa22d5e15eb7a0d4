package io.netpoll.nio;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may close a socket, or give it away: whoever holds it, until a poller takes it.
 *
 * <pre>
 *   FREE  --take-->  TAKEN  --give-->  FREE
 *     \--close-->  CLOSED
 * </pre>
 *
 * Thread-safe: of several threads that take or close at once, one succeeds.
 */
final class Ownership {
  private static final int FREE = 0;
  private static final int TAKEN = 1;
  private static final int CLOSED = 2;

  private final AtomicInteger state;

  private Ownership(int state) {
    this.state = new AtomicInteger(state);
  }

  static Ownership free() {
    return new Ownership(FREE);
  }

  static Ownership taken() {
    return new Ownership(TAKEN);
  }

  /** Takes the socket for a poller; false if another poller has it, or it was closed. */
  boolean take() {
    return state.compareAndSet(FREE, TAKEN);
  }

  /** Gives the socket back. For the poller that took it. */
  void give() {
    state.set(FREE);
  }

  /**
   * Claims the right to close the socket, or to give it away; false if a poller has it, or it was
   * closed before.
   */
  boolean close() {
    return state.compareAndSet(FREE, CLOSED);
  }
}
