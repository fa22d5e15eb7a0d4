package io.netpoll.core.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The right to send on a connection: which thread has it.
 *
 * <pre>
 *            tryHold                  pass (socket full)
 *   FREE ──────────────► HELD ──────────────────────────► POLLER
 *    ▲ │                  │                                │ │
 *    │ │◄──── release ────┘                                │ │
 *    │ └─────────────◄───────────── release ───────────────┘ │
 *    └── shut ──► SHUT ◄──────────────── shut ───────────────┘
 *                 │  ▲
 *         tryDrop │  │ dropped
 *                 ▼  │
 *               DROPPING
 * </pre>
 *
 * HELD: a thread is inside {@code Handle.send}. POLLER: the loop's leader sends when the socket
 * takes more. SHUT: nobody sends any more, so the socket may be closed. DROPPING: a thread gives
 * back what was published and will not be sent.
 *
 * <p>The holder, the leader while the poller has the token, and the thread that drops are the
 * consumer of the output chain, one at a time. What a writer has not flushed is never theirs.
 *
 * <p>A flush publishes its bytes, puts a full fence, and tries to hold the token; a holder releases
 * it, which ends with a full fence, and looks for published bytes. So one of the two sees the
 * other: no flushed byte is left behind. The same holds between a closer (sets CLOSING by CAS, then
 * tries to shut) and a holder (releases, then reads CLOSING), and between a flush and a thread that
 * drops, or has just shut the token.
 */
final class OutputToken {
  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int POLLER = 2;
  private static final int SHUT = 3;
  private static final int DROPPING = 4;

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

  /**
   * Frees a held token, or the poller's, by a plain write of a volatile field: that needs no stack,
   * and is a full fence before the look at what is pending.
   */
  void release() {
    state = FREE; // pairs with the fence of ConnectionOutput.send
  }

  /** Whether the poller has the token. */
  public boolean isPassed() {
    return state == POLLER;
  }

  /** Whether sending is over. */
  boolean isShut() {
    return state >= SHUT;
  }

  /** Takes the token to drop what will not be sent; false if it is not shut, or another drops. */
  boolean tryDrop() {
    return STATE.compareAndSet(this, SHUT, DROPPING);
  }

  /** Ends the dropping. A full fence, before the look at what is pending. */
  void dropped() {
    state = SHUT; // pairs with the fence of ConnectionOutput.send
  }

  /**
   * Ends all sending, unless a thread is inside a send. The leader, and once CLOSED is set any
   * thread.
   *
   * @return false if a thread holds the token: it will see CLOSING, or CLOSED, when it releases
   */
  boolean tryShut() {
    int seen = state;
    return seen >= SHUT
        || ((seen == FREE || seen == POLLER) && STATE.compareAndSet(this, seen, SHUT))
        || state >= SHUT;
  }
}
