package io.netpoll.core.execution;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The leader of a poll loop, in one atomic word: a state, the leader's number, and the sequence
 * number of its call into user code.
 *
 * <pre>
 *              enter (leader)
 *   LEADING ─────────────────► IN_USER_CODE, new sequence number
 *    ▲   ▲                        │      │
 *    │   └──── leave (CAS) ───────┘      │
 *    │                                   │
 *    └─── passTo another leader (CAS) ───┘
 * </pre>
 *
 * <p>While LEADING only the leader writes the word, so what it does for the loop is never
 * interrupted half-way. While IN_USER_CODE the loop may pass to another thread: by the leader
 * itself, before it waits, or by the watch-dog, that saw the same sequence number for too long. All
 * three ways out of IN_USER_CODE are one compare-and-set from the very word that {@link #enter}
 * made, so exactly one of them succeeds. A thread whose {@link #leave} fails is no leader any more
 * and touches nothing of the loop.
 *
 * <h2>Memory ordering</h2>
 *
 * {@code enter} is a volatile store: it publishes what the leader did to the loop, and is a full
 * fence before the leader looks whether the watch-dog sleeps. {@code passTo} reads the word by CAS,
 * and hands it on by starting or unparking the next leader. {@code leave} is a CAS by the thread
 * that wrote the word. So successive leaders see all that was done before them.
 *
 * <p>A loop that stays with its leader writes the word by {@code enterInPlace} and {@code
 * leaveInPlace}, opaque stores without a fence: the watch-dog alone reads it, to see how long a
 * call lasts, and is kept awake by other means ({@link HandlerLoop}).
 */
final class Leadership {
  /** What {@link #enter} never returns. */
  static final long NONE = 0;

  private static final long LEADING = 0;
  private static final long IN_USER_CODE = 1;
  private static final int OWNER_SHIFT = 1;
  private static final int OWNER_BITS = 24;
  private static final long OWNER = ((1L << OWNER_BITS) - 1) << OWNER_SHIFT;
  private static final int SEQUENCE_SHIFT = OWNER_SHIFT + OWNER_BITS;
  private static final long STEP = 1L << SEQUENCE_SHIFT;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Leadership.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long word;

  /** Makes {@code number} the leader of a loop that has none yet. */
  void begin(int number) {
    word = (long) number << OWNER_SHIFT | LEADING;
  }

  /** The loop has ended: nobody leads it, whatever its last leader does next. */
  void end() {
    word = NONE;
  }

  /**
   * The leader is about to call user code.
   *
   * @return the word that the ways out start from
   */
  long enter() {
    long entered = ((long) WORD.get(this) + STEP) | IN_USER_CODE;
    WORD.setVolatile(this, entered);
    return entered;
  }

  /**
   * User code has returned.
   *
   * @return whether the thread that entered is the leader still
   */
  boolean leave(long entered) {
    return WORD.compareAndSet(this, entered, entered & ~IN_USER_CODE);
  }

  /** The leader of a loop that is never passed on is about to call user code. */
  void enterInPlace() {
    WORD.setOpaque(this, ((long) WORD.get(this) + STEP) | IN_USER_CODE);
  }

  /** User code has returned to the leader of a loop that is never passed on. */
  void leaveInPlace() {
    WORD.setOpaque(this, (long) WORD.get(this) & ~IN_USER_CODE);
  }

  /**
   * Passes the loop on while its leader is in user code.
   *
   * @param entered the word seen
   * @param number the next leader
   * @return false if the leader has left user code, or the loop has been passed on already
   */
  boolean passTo(long entered, int number) {
    long next = (entered & ~OWNER & ~IN_USER_CODE) | (long) number << OWNER_SHIFT;
    return isInUserCode(entered) && WORD.compareAndSet(this, entered, next);
  }

  /** The word now, for {@link #passTo}. */
  long seen() {
    return word;
  }

  static boolean isInUserCode(long seen) {
    return (seen & IN_USER_CODE) != 0;
  }

  /** Whether {@code number} leads and is not in user code. */
  boolean isLeading(int number) {
    long seen = word;
    return !isInUserCode(seen) && (int) ((seen & OWNER) >>> OWNER_SHIFT) == number;
  }
}
