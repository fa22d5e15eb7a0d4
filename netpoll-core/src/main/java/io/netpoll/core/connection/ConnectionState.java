package io.netpoll.core.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of one connection, in one atomic word: which thread runs its callbacks, and how far its
 * life has come.
 *
 * <h2>The run</h2>
 *
 * All callbacks but OnDisconnect are made by the connection's <em>run</em>, which one thread at a
 * time executes.
 *
 * <pre>
 *            signal                begin
 *   IDLE ─────────────► SCHEDULED ───────► RUNNING ──┐ signal: sets SIGNAL
 *    ▲                      ▲                │ │  ▲──┘ consumeSignal: clears SIGNAL
 *    │                      └──── yield ─────┘ │
 *    └────────── end, if SIGNAL is clear ──────┘
 * </pre>
 *
 * The thread that moves IDLE to SCHEDULED must start the run; starting it twice is harmless, since
 * {@link #begin} lets one begin. A signal during a run makes {@link #end} fail, so that nothing
 * that came before a run ended is overlooked.
 *
 * <h2>The life</h2>
 *
 * Bits that are set once and never cleared:
 *
 * <pre>
 *    CONNECT_DONE          OnConnect has returned (from the start for a dialled connection)
 *    ENDED                 no more input will come: the peer sent FIN, or FAILED
 *    FAILED                the socket is broken; implies ENDED; nothing can be sent
 *    RESET                 the peer has reset the connection while input is paused, perhaps after
 *                          bytes that were not read; FAILED follows when they are. Only before
 *                          ENDED and CLOSING
 *    CLOSE_WHEN_IDLE       close as soon as the current OnRequest has returned (graceful shutdown)
 *    CLOSING               closing was asked for, by either side; no OnRequest starts after it, but
 *                          for a handler that is set after BY_PEER, once CLOSED
 *    BY_PEER               with CLOSING: because of the peer, not of a call on this side; may come
 *                          before it
 *    DETACH                with CLOSING: the socket will be given away instead of closed
 *    ABORT                 with or after CLOSING: pending output is dropped
 *    CLOSED                the socket is gone: the poller's last event was seen
 *    DISCONNECT_SCHEDULED  OnDisconnect was scheduled
 *    DISCONNECT_BEGUN      OnDisconnect was begun
 *    DISCONNECT_DONE       OnDisconnect has returned; close callbacks wait for it after
 *                          DISCONNECT_SCHEDULED
 *    FINISHING             FIN must be sent after the flushed output: what is piped here has ended
 *    FINISHED              FIN was sent
 *    WAIT_ABORTED          a read or a flush ended before its condition held: by timeout or interrupt
 *    USER_CLOSED           the user has called close, abort or detach: what was received may be dropped
 * </pre>
 *
 * <h2>Memory ordering</h2>
 *
 * Every transition is a compare-and-set, thus a full fence (a look that finds no signal changes
 * nothing, and is a volatile read): what was written before a transition is seen by a thread that
 * sees it. A poller publishes bytes in the buffer and then signals; a run looks and then reads the
 * buffer. Successive runs on different threads are ordered by end and signal, or by yield and
 * begin.
 */
final class ConnectionState {
  private static final int IDLE = 0;
  private static final int SCHEDULED = 1;
  private static final int RUNNING = 2;
  private static final int RUN = 3;
  private static final int SIGNAL = 1 << 2;

  /** No word. */
  static final int NOT_SCHEDULED = -1;

  static final int CONNECT_DONE = 1 << 3;
  static final int ENDED = 1 << 4;
  static final int FAILED = 1 << 5;
  static final int CLOSE_WHEN_IDLE = 1 << 6;
  static final int CLOSING = 1 << 7;
  static final int BY_PEER = 1 << 8;
  static final int ABORT = 1 << 9;
  static final int CLOSED = 1 << 10;
  static final int DISCONNECT_SCHEDULED = 1 << 11;
  static final int DISCONNECT_DONE = 1 << 12;
  static final int DETACH = 1 << 13;
  static final int WAIT_ABORTED = 1 << 14;
  static final int FINISHING = 1 << 15;
  static final int FINISHED = 1 << 16;
  static final int DISCONNECT_BEGUN = 1 << 17;
  static final int USER_CLOSED = 1 << 18;
  static final int RESET = 1 << 19;

  /** The peer is gone: OnDisconnect is due. */
  static final int GONE = ENDED | RESET;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(ConnectionState.class, "word", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int word;

  /** The current word; test it with the bits of this class. */
  int get() {
    return word;
  }

  /** Whether any of {@code bits} is set. */
  boolean has(int bits) {
    return (word & bits) != 0;
  }

  /** Whether output ends in order: what was flushed is sent, and nothing after it. */
  boolean endsOutput() {
    int seen = get();
    return (seen & (FINISHING | CLOSING)) != 0 && (seen & (ABORT | FAILED)) == 0;
  }

  /**
   * Sets life bits without a signal.
   *
   * @return the word before
   */
  int set(int bits) {
    return (int) WORD.getAndBitwiseOr(this, bits);
  }

  /**
   * Sets CLOSING with {@code bits} unless it is set already: the first one to close says why.
   *
   * @return whether this call set it
   */
  boolean setClosing(int bits) {
    return (setUnless(CLOSING, CLOSING | bits) & CLOSING) == 0;
  }

  /**
   * Sets RESET unless it comes too late to be told.
   *
   * @return the word before; with a bit of GONE or CLOSING if it is not set
   */
  int setReset() {
    return setUnless(GONE | CLOSING, RESET);
  }

  /** Makes the peer the reason of a closing that may follow; too late if one is under way. */
  void markPeerClosed() {
    setUnless(CLOSING, BY_PEER);
  }

  /** Sets bits unless one of others is set; returns the word before. */
  private int setUnless(int others, int bits) {
    for (; ; ) {
      int seen = word;
      if ((seen & others) != 0 || WORD.compareAndSet(this, seen, seen | bits)) {
        return seen;
      }
    }
  }

  /**
   * Notes that there is something to do for the run.
   *
   * @return true if the caller must start it
   */
  boolean signal() {
    for (; ; ) {
      int seen = word;
      switch (seen & RUN) {
        case IDLE -> {
          if (WORD.compareAndSet(this, seen, seen | SCHEDULED)) {
            return true;
          }
        }
        case SCHEDULED -> {
          // The run has not begun: its begin comes after this point and sees everything. The
          // compare-and-set is needed for the fence.
          if (WORD.compareAndSet(this, seen, seen)) {
            return false;
          }
        }
        default -> {
          if (WORD.compareAndSet(this, seen, seen | SIGNAL)) {
            return false;
          }
        }
      }
    }
  }

  /**
   * Begins a run that was scheduled.
   *
   * @return the word, for the life bits; {@link #NOT_SCHEDULED} if the run was begun already, as
   *     one may be that is started again because its first start has failed half-way
   */
  int begin() {
    for (; ; ) {
      int seen = word;
      if ((seen & RUN) != SCHEDULED) {
        return NOT_SCHEDULED;
      }
      if (WORD.compareAndSet(this, seen, seen + (RUNNING - SCHEDULED))) {
        return seen;
      }
    }
  }

  /**
   * Takes notice of all signals so far, within a run.
   *
   * @return the word, for the life bits
   */
  int consumeSignal() {
    int seen = word;
    return (seen & SIGNAL) == 0 ? seen : (int) WORD.getAndBitwiseAnd(this, ~SIGNAL);
  }

  /**
   * Ends a run.
   *
   * @return false if a signal came since the run last looked: it must look again
   */
  boolean end() {
    for (; ; ) {
      int seen = word;
      if ((seen & SIGNAL) != 0) {
        return false;
      }
      if (WORD.compareAndSet(this, seen, seen & ~RUN)) {
        return true;
      }
    }
  }

  /** Ends a run that goes on later; the caller must start it again. */
  void yield() {
    for (; ; ) {
      int seen = word;
      if (WORD.compareAndSet(this, seen, (seen & ~(RUN | SIGNAL)) | SCHEDULED)) {
        return;
      }
    }
  }
}
