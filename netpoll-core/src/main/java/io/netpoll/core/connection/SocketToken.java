package io.netpoll.core.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The right to use the socket's end of one direction of a connection: to send, or to receive. One
 * owner has it at a time: a thread, the poller, or nobody.
 *
 * <pre>
 *            tryHold                  pass
 *   FREE ──────────────► HELD ──────────────────────────► POLLER
 *    ▲ │                  │ ▲                              │ │ │
 *    │ │◄──── release ────┘ └───────── tryTake ────────────┘ │ │
 *    │ └─────────────◄─────────── release ─────────────────────┘ │
 *    │   tryPass: FREE to POLLER                             │
 *    └── shut ──► SHUT ◄──────────────── shut ───────────────┘
 *                 │  ▲
 *         tryDrop │  │ dropped
 *                 ▼  │
 *               DROPPING
 * </pre>
 *
 * <table>
 *   <caption>What the states mean in each direction</caption>
 *   <tr><th>state</th><th>output</th><th>input</th></tr>
 *   <tr><td>FREE</td><td>nobody sends</td><td>nobody reads, and the poller does not look</td></tr>
 *   <tr><td>HELD</td><td>a thread is inside {@code Handle.send}</td><td>one is inside {@code
 *       Handle.receive}</td></tr>
 *   <tr><td>POLLER</td><td>the leader sends when the socket takes more</td><td>the leader takes the
 *       token before it reads what the poller has found</td></tr>
 *   <tr><td>SHUT</td><td colspan="2">never again, so the socket may be closed</td></tr>
 *   <tr><td>DROPPING</td><td>a thread gives back what was published and will not be
 *       sent</td><td>-</td></tr>
 * </table>
 *
 * <p>The owner is the consumer of the output chain, or the producer of the input chain, one at a
 * time. What a writer has not flushed, and what a reader has views of, is never theirs.
 *
 * <p>A flush publishes its bytes and tries to hold the token, once more after a full fence; a
 * holder releases it, which ends with a full fence, and looks for published bytes. So one of the
 * two sees the other: no flushed byte is left behind. The same holds between a closer (sets CLOSING
 * by CAS, then tries to shut) and a holder (releases, then reads CLOSING), and between a flush and
 * a thread that drops, or has just shut the token.
 */
final class SocketToken {
  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int POLLER = 2;
  private static final int SHUT = 3;
  private static final int DROPPING = 4;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(SocketToken.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state;

  /** Takes a free token for the calling thread. */
  boolean tryHold() {
    return state == FREE && STATE.compareAndSet(this, FREE, HELD);
  }

  /** Takes the poller's token for the calling thread, which is about to use the socket. */
  boolean tryTake() {
    return state == POLLER && STATE.compareAndSet(this, POLLER, HELD);
  }

  /** Gives a held token to the poller. A full fence, before the look at CLOSING. */
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
    state = FREE; // pairs with the fence of OutputSender.tryHold
  }

  /** Takes the token from the poller, if that has it, for nobody. Leader only. */
  void takeBack() {
    STATE.compareAndSet(this, POLLER, FREE);
  }

  /** Whether the poller has the token. */
  public boolean isPassed() {
    return state == POLLER;
  }

  /** Whether nobody uses the socket in this direction any more. */
  boolean isShut() {
    return state >= SHUT;
  }

  /** Takes the token to drop what will not be sent; false if it is not shut, or another drops. */
  boolean tryDrop() {
    return STATE.compareAndSet(this, SHUT, DROPPING);
  }

  /** Ends the dropping. A full fence, before the look at what is pending. */
  void dropped() {
    state = SHUT; // pairs with the fence of OutputSender.tryHold
  }

  /**
   * Ends all use, unless a thread holds the token. The leader, and once CLOSED is set any thread.
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
