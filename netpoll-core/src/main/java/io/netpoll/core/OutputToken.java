package io.netpoll.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who may send on a connection.
 *
 * <pre>
 *            tryHold                  pass (socket full)
 *   FREE ──────────────► HELD ──────────────────────────► POLLER
 *    ▲ │                  │                                │ │
 *    │ │◄──── release ────┘                                │ │
 *    │ └─────────────◄───────────── release ───────────────┘ │
 *    └── shut ──► SHUT ◄──────────────── shut ───────────────┘
 * </pre>
 *
 * HELD: a thread is inside {@code Handle.send}. POLLER: the loop's leader sends when the socket
 * takes more. SHUT: nobody sends any more, so the socket may be closed; set by the leader only.
 *
 * <p>A flush publishes its bytes, puts a full fence, and tries to hold the token; a holder releases
 * it, which ends with a full fence, and looks for published bytes. So one of the two sees the
 * other: no flushed byte is left behind. The same holds between a closer (sets CLOSING by CAS, then
 * tries to shut) and a holder (releases, then reads CLOSING).
 */
final class OutputToken {
  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int POLLER = 2;
  private static final int SHUT = 3;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(OutputToken.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state;

  /** Takes a free token for the calling thread. */
  boolean tryHold() {
    return state == FREE && STATE.compareAndSet(this, FREE, HELD);
  }

  /** Gives a held token to the poller. */
  void pass() {
    state = POLLER;
  }

  /** Takes a free token for the poller. Leader only. */
  boolean tryPass() {
    return STATE.compareAndSet(this, FREE, POLLER);
  }

  /** Frees a held token, or the poller's. A full fence, before the look at what is pending. */
  void release() {
    STATE.setRelease(this, FREE);
    VarHandle.fullFence(); // pairs with the one of OutputSide.send
  }

  /** Whether the poller has the token. */
  boolean isPassed() {
    return state == POLLER;
  }

  /** Whether sending is over. */
  boolean isShut() {
    return state == SHUT;
  }

  /**
   * Ends all sending, unless a thread is inside a send. Leader only.
   *
   * @return false if a thread holds the token: it will see CLOSING when it releases
   */
  boolean tryShut() {
    int seen = state;
    return seen == SHUT
        || ((seen == FREE || seen == POLLER) && STATE.compareAndSet(this, seen, SHUT));
  }
}
