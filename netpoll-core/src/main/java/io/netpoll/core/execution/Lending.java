package io.netpoll.core.execution;

import io.netpoll.internal.Setting;
import io.netpoll.spi.PollerProvider;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who owns a poll loop whose leader lends it to its <em>deputy</em>, a virtual thread, and parks.
 *
 * <p>A leader that polls is woken by the first answer, and wakes each virtual thread that waits for
 * input from outside of their scheduler. The deputy runs among them, on their carrier: it polls
 * without waiting whenever the others wait, finds many answers at once, and wakes the callers
 * without a switch between threads of the system.
 *
 * <pre>
 *             lend (leader)                 hold (deputy, CAS)
 *   MINE ───────────────────────► LENT ─────────────────────────► HELD
 *    ▲ ▲                           │ ▲                             │ │
 *    │ └─── the leader, by a CAS ──┘ └──────── lendOn (deputy) ────┘ │
 *    └─────────────────────────── giveBack (deputy) ─────────────────┘
 * </pre>
 *
 * <p>Whoever made the step to MINE or HELD owns all that is the leader's otherwise: the poller with
 * its batch, the timers, the ready runs, the callers to be woken, the connections. While LENT
 * nobody owns it. The steps into LENT and MINE are volatile stores or a CAS, and publish it; those
 * out of LENT are a CAS. The leader leads the loop all the while, by its {@link Leadership}: it is
 * in no user code, so neither it nor the watch-dog passes the loop on.
 *
 * <h2>Nothing is left behind</h2>
 *
 * <ul>
 *   <li>A task: its thread adds it, puts a full fence, and reads the state; where it finds the loop
 *       away it unparks the leader. The leader makes the step to LENT, looks at the tasks, and
 *       parks; so does the deputy, which unparks the leader instead. The leader that sees a task
 *       while HELD parks again: the deputy's look at the tasks, behind its step to LENT, comes
 *       later.
 *   <li>The events that nobody polls for while LENT, because the carriers are busy with other
 *       threads: the leader takes the loop back once it has seen no turn of the deputy for {@link
 *       #patience}, or a few times that behind loans that ended in time; as it looks once in that
 *       time, twice that may pass. It serves what the last poll has found, or polls, before it
 *       lends again. That bounds the delay of what comes while LENT, a timer included, where no
 *       turns come; where they do, the deputy's term bounds it.
 * </ul>
 */
public final class Lending {
  private static final int MINE = 0;
  private static final int LENT = 1;
  private static final int HELD = 2;

  /** How long the leader waits for a turn of the deputy at first, in microseconds. */
  private static final int PATIENCE_MICROS = 2000;

  /**
   * How many times that it waits at most, once loans ended in time: each look at the deputy is a
   * switch between threads of the system. The default comes to the deputy's term.
   */
  private static final int MOST_TRUST = 5;

  /** How many batches at most are woken without a loan, after loans that were of no use. */
  private static final int MOST_SKIPPED = 1024;

  /**
   * How many loans in a row may be taken back late, as happens where callers take longer than the
   * leader's patience, before they count as useless.
   */
  private static final int MOST_LATE = 16;

  /**
   * A loan in which so much was sent is a busy one: as a rule the carriers serve the loop's
   * callers, who are so many that the deputy's turn comes late.
   */
  private static final int BUSY_SENDS = 16;

  /** How many busy loans in a row may be taken back late: others than callers may have sent. */
  private static final int MOST_BUSY_LATE = 128;

  private static final VarHandle STATE;
  private static final VarHandle TURNS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Lending.class, "state", int.class);
      TURNS = lookup.findVarHandle(Lending.class, "turns", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final boolean possible;
  private final long patience;

  private volatile int state;

  /** Written by the leader before it lends; read by those that have seen that the loop is away. */
  private @Nullable Thread leader;

  /** How often the deputy has woken callers. Written by it; the leader only sees it grow. */
  private long turns;

  // The leader only.
  private long turnsBefore;
  private int trust = 1;
  private int late;
  private int skipping;
  private int toSkip;

  /**
   * Makes one for a loop.
   *
   * @param possible whether the loop may be lent at all
   * @param patience how long the leader waits for a turn at first, in nanoseconds
   */
  public Lending(boolean possible, long patience) {
    this.possible = possible;
    this.patience = patience;
  }

  /**
   * Makes one for a loop of {@code backend}: lent where there are virtual threads, unless {@link
   * Setting#LEND_LOOPS} says no; {@link Setting#LOAN_MICROS} is the leader's patience at first.
   */
  public static Lending onThisMachine(PollerProvider backend) {
    boolean wanted = Setting.LEND_LOOPS.isOn(true);
    int micros = Setting.LOAN_MICROS.number(PATIENCE_MICROS);
    return new Lending(
        wanted && VirtualThreads.exist() && !backend.threadAffine(),
        TimeUnit.MICROSECONDS.toNanos(micros));
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** Whether the leader is to lend the loop now that virtual threads are to be woken. */
  boolean pays() {
    if (!possible) {
      return false;
    }
    if (toSkip > 0) {
      toSkip--;
      return false;
    }
    return true;
  }

  /** Lends the loop: the leader touches nothing of it until it is back. */
  void lend() {
    leader = Thread.currentThread();
    turnsBefore = turns;
    state = LENT;
  }

  /**
   * Parks until the loop is the leader's again.
   *
   * @param sends tells how often was sent to the loop's connections
   * @param isWanted tells whether something is to do
   */
  void awaitReturn(LongSupplier sends, BooleanSupplier isWanted) {
    long sendsBefore = sends.getAsLong();
    boolean isLate = false;
    long longest = patience * trust;
    long seen = turnsBefore + 1; // the first turn wakes such as the loop was lent with
    long start = System.nanoTime();
    while (state != MINE) {
      long left = longest - (System.nanoTime() - start);
      boolean stands = left <= 0 && turns() - seen <= 0;
      if ((stands || isWanted.getAsBoolean()) && STATE.compareAndSet(this, LENT, MINE)) {
        isLate = stands;
        break;
      }
      if (left <= 0) {
        seen = turns();
        start = System.nanoTime();
        left = longest;
      }
      LockSupport.parkNanos(this, left);
      Thread.interrupted(); // nobody's business here, and parking would spin on it
    }
    trust = isLate ? 1 : Math.min(MOST_TRUST, 2 * trust);
    boolean isBusy = sends.getAsLong() - sendsBefore >= BUSY_SENDS;
    rate(turns() - turnsBefore > 1, isLate, isBusy);
  }

  /** Lends more and more rarely while it is of no use, and at every chance once it is. */
  private void rate(boolean paid, boolean isLate, boolean isBusy) {
    late = isLate && !paid ? late + 1 : 0;
    boolean tooLate = late > (isBusy ? MOST_BUSY_LATE : MOST_LATE);
    boolean useless = !paid && (isLate ? tooLate : !isBusy);
    skipping = useless ? Math.min(MOST_SKIPPED, 2 * skipping + 1) : 0;
    toSkip = skipping;
  }

  /** There is nobody to lend to. */
  void refused() {
    rate(false, false, false);
  }

  /** How often the deputy has woken callers. Any thread. */
  long turns() {
    return (long) TURNS.getOpaque(this);
  }

  // ---- The deputy ----------------------------------------------------------------------------

  /**
   * Takes the loop if it is lent.
   *
   * @return whether the deputy owns it: {@link #lendOn} or {@link #giveBack} must follow
   */
  boolean hold() {
    return STATE.compareAndSet(this, LENT, HELD);
  }

  /** The deputy wakes callers, and has found nothing for the leader. */
  void takesTurn() {
    TURNS.setOpaque(this, turns + 1);
  }

  /** Leaves the loop to the deputy's next turn; the deputy looks at the tasks then. */
  void lendOn() {
    state = LENT;
  }

  /** Leaves the loop to its leader. */
  void giveBack() {
    Thread waiting = leader;
    state = MINE;
    LockSupport.unpark(waiting);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Something is for the leader to do: it comes, if the loop is away. Behind a full fence. */
  void wakeLeader() {
    if (state != MINE) {
      LockSupport.unpark(leader);
    }
  }
}
