package io.netpoll.core;

import io.netpoll.spi.PollerProvider;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the callers of a poll loop do its I/O while its leader parks. A caller is a thread that
 * waits for input and is no poll loop's own.
 *
 * <p>On one processor a leader that polls is woken by the first answer and takes the processor from
 * the callers that still have to send, for that one answer. So it parks until all that it has woken
 * wait again; and the last of these polls itself, finds many answers at once, and wakes the next.
 *
 * <pre>
 *             lend (leader)                borrow (caller, CAS)
 *   MINE ───────────────────────► LENT ─────────────────────────► BORROWED
 *    ▲ ▲                           │ ▲                               │ │
 *    │ └── takeBack (leader, CAS) ─┘ └──────── lendOn (caller) ──────┘ │
 *    └─────────────────────────── giveBack (caller) ───────────────────┘
 * </pre>
 *
 * <p>Whoever made the step to MINE or BORROWED owns all that is the leader's otherwise: the poller
 * with its batch, the timers, the ready runs, the callers to be woken, the connections. While LENT
 * nobody owns it. The steps into LENT and MINE are volatile stores or a CAS, and publish it; those
 * out of LENT are a CAS. The leader leads the loop all the while, by its {@link Leadership}: it is
 * in no user code, so neither it nor the watch-dog passes the loop on.
 *
 * <p>A caller that owns the loop polls without waiting, does I/O, and calls nobody's code; what is
 * for the leader to do ends its turn.
 *
 * <h2>Nothing is left behind</h2>
 *
 * <ul>
 *   <li>A task: its thread adds it, puts a full fence, and reads the state; where it finds the loop
 *       away it unparks the leader. The leader makes the step to LENT, looks at the tasks, and
 *       parks; so does a caller, which unparks the leader instead. The leader that sees a task
 *       while BORROWED parks again: the caller's look at the tasks, behind its step to LENT, comes
 *       later.
 *   <li>The events that nobody polls for while LENT: after {@link #patience} the leader recalls the
 *       loop, and takes it back as it does for a task. That bounds the delay of what comes
 *       meanwhile, a timer included. It bounds, too, how long callers that wake each other on a
 *       carrier keep it from virtual threads that others have made runnable.
 *   <li>A caller that leaves without polling, because it was interrupted, unparks the leader.
 * </ul>
 *
 * {@code away}, the number of callers that were woken and have not waited again, only tells when to
 * borrow: others count too, and who owns the loop does not depend on it.
 */
final class Lending {
  private static final int MINE = 0;
  private static final int LENT = 1;
  private static final int BORROWED = 2;

  /** Whether loops are lent, {@code true} or {@code false}; by default the machine decides. */
  static final String PROPERTY = "io.netpoll.lendLoops";

  /** How long a loan takes at most, in microseconds. */
  static final String PATIENCE_PROPERTY = "io.netpoll.loanMicros";

  private static final int PATIENCE_MICROS = 500;

  /** How many batches at most are woken without a loan, after loans that were of no use. */
  private static final int MOST_SKIPPED = 1024;

  private static final VarHandle STATE;
  private static final VarHandle AWAY;
  private static final VarHandle TURNS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Lending.class, "state", int.class);
      AWAY = lookup.findVarHandle(Lending.class, "away", int.class);
      TURNS = lookup.findVarHandle(Lending.class, "turns", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final boolean possible;
  private final long patience;

  private volatile int state;
  private volatile int away;

  /** The leader's patience is over. */
  private volatile boolean recalled;

  /** Written by the leader before it lends; read by those that have seen that the loop is away. */
  private @Nullable Thread leader;

  /** Written by the borrower itself; others compare it with themselves. */
  private @Nullable Thread borrower;

  /** How often callers have lent on. Written by the borrower; the leader only sees it grow. */
  private long turns;

  // The leader only.
  private long turnsBefore;
  private int skipping;
  private int toSkip;

  /**
   * Makes one for a loop.
   *
   * @param possible whether the loop may be lent at all
   * @param patience how long a loan takes at most, in nanoseconds
   */
  Lending(boolean possible, long patience) {
    this.possible = possible;
    this.patience = patience;
  }

  /**
   * Makes one for a loop of {@code backend}: lent if the process has one processor, where the
   * leader's own thread gains nothing, or as {@value #PROPERTY} says; for {@value
   * #PATIENCE_PROPERTY} at most.
   */
  static Lending onThisMachine(PollerProvider backend) {
    String wish = System.getProperty(PROPERTY);
    boolean wanted =
        wish == null ? Runtime.getRuntime().availableProcessors() == 1 : Boolean.parseBoolean(wish);
    int micros = Integer.getInteger(PATIENCE_PROPERTY, PATIENCE_MICROS);
    return new Lending(wanted && !backend.threadAffine(), TimeUnit.MICROSECONDS.toNanos(micros));
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** Whether the leader is to lend the loop now that it is about to wake {@code callers}. */
  boolean pays(int callers) {
    if (callers == 0 || !possible) {
      return false;
    }
    if (toSkip > 0) {
      toSkip--;
      return false;
    }
    return true;
  }

  /** Lends the loop; its owner wakes {@code callers} now, and touches nothing of the loop. */
  void lend(int callers) {
    leader = Thread.currentThread();
    turnsBefore = turns;
    recalled = false;
    away = callers;
    state = LENT;
  }

  /** Parks until the loop is the leader's again. {@code isWanted}: whether something is to do. */
  void awaitReturn(BooleanSupplier isWanted) {
    long start = System.nanoTime();
    while (state != MINE && !((recalled || isWanted.getAsBoolean() || away <= 0) && takeBack())) {
      long left = patience - (System.nanoTime() - start);
      if (recalled) {
        LockSupport.park(this);
      } else if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else {
        recalled = true;
      }
      Thread.interrupted(); // nobody's business here, and parking would spin on it
    }
    rate(turns() != turnsBefore);
  }

  private boolean takeBack() {
    boolean taken = STATE.compareAndSet(this, LENT, MINE);
    if (taken) {
      away = 0;
    }
    return taken;
  }

  /** How often callers have found others to wake, and lent the loop on. Any thread. */
  long turns() {
    return (long) TURNS.getOpaque(this);
  }

  /** Lends more and more rarely while it is of no use, and at every chance once it is. */
  private void rate(boolean paid) {
    skipping = paid ? 0 : Math.min(MOST_SKIPPED, 2 * skipping + 1);
    toSkip = skipping;
  }

  // ---- A caller ------------------------------------------------------------------------------

  /**
   * Takes the loop for the caller, which is about to wait, if it is the last to do so.
   *
   * @return whether it owns the loop: {@link #lendOn} or {@link #giveBack} must follow
   */
  boolean borrow() {
    if (away <= 0 || (int) AWAY.getAndAdd(this, -1) != 1) {
      return false;
    }
    Thread caller = Thread.currentThread();
    if (caller.isInterrupted()) { // channels and selectors may close under such a thread
      unparkLeader();
      return false;
    }
    if (!STATE.compareAndSet(this, LENT, BORROWED)) {
      return false;
    }
    borrower = caller;
    return true;
  }

  /** Leaves the loop to the next; its owner wakes {@code callers} now. */
  void lendOn(int callers) {
    TURNS.setOpaque(this, turns + 1);
    borrower = null;
    away = callers;
    state = LENT;
  }

  /** Leaves the loop to its leader. */
  void giveBack() {
    borrower = null;
    away = 0;
    Thread waiting = leader;
    state = MINE;
    LockSupport.unpark(waiting);
  }

  /** Whether the leader wants the loop back. Looked at before and behind {@link #lendOn}. */
  boolean isRecalled() {
    return recalled;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Whether the calling thread has borrowed the loop. */
  boolean isBorrowedByCaller() {
    return borrower == Thread.currentThread();
  }

  /** Something is for the leader to do: it comes, if the loop is away. Behind a full fence. */
  void wakeLeader() {
    if (state != MINE) {
      unparkLeader();
    }
  }

  private void unparkLeader() {
    LockSupport.unpark(leader);
  }
}
