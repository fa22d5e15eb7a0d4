package io.netpoll.core.loop;

import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a poll loop has to do at a later time. Leader only.
 *
 * <p>A hierarchical timing wheel: to schedule, to cancel and to expire a timer takes the same time
 * however many there are, and nothing ticks while none is due.
 *
 * <p>Time is counted in ticks of about a millisecond. A tick is a number of digits to the base 64,
 * one for each level of the wheel. A timer lies on the level of the highest digit in which its tick
 * differs from the tick that the wheel has {@code reached}, in the slot of that digit:
 *
 * <pre>
 *   level 0   the timers of one tick in each slot       the first timers are in the first slot
 *   level 1   those of 64 ticks in each slot            that is occupied on the lowest level that
 *   level 2   those of 64 × 64 ticks, and so on         has one
 * </pre>
 *
 * When the first timer of a slot above level 0 is due, the slot's timers move down; each timer does
 * so once a level at most.
 *
 * <p>A wheel ends with its loop. A timer that is left then, or comes later, is {@linkplain
 * Timer#ended told} instead of run, once.
 */
public final class TimerWheel {
  private static final int TICK_SHIFT = 20;
  private static final int DIGIT_BITS = 6;
  private static final int SLOTS = 1 << DIGIT_BITS;

  /** Enough for the 42 bits that the longest delay has in ticks, and for the years before it. */
  private static final int LEVELS = 8;

  /** The list of timers that are due, after those of the slots. */
  private static final int DUE = LEVELS * SLOTS;

  private static final int NOWHERE = -1;

  private final LongSupplier clock;
  private final long start;

  /** A list for each slot, linked through its timers, and one of those that are due. */
  private final @Nullable Timer[] lists = new @Nullable Timer[DUE + 1];

  /** For each slot that is occupied, a tick before which none of its timers is due. */
  private final long[] earliest = new long[DUE];

  /** For each level, a bit for each slot that is occupied. */
  private final long[] occupied = new long[LEVELS];

  private long reached;
  private boolean ended;

  TimerWheel() {
    this(SystemClock.INSTANCE);
  }

  /** A wheel by a clock like System.nanoTime. */
  TimerWheel(LongSupplier clock) {
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  /** An action that runs once, at a later time. It may be scheduled again when it has run. */
  public abstract static class Timer implements Runnable {
    private long tick;
    private int list = NOWHERE;
    private @Nullable TimerWheel wheel;
    private @Nullable Timer previous;
    private @Nullable Timer next;

    /**
     * The loop has ended before its time. Does nothing where what it is for ends with the loop, as
     * the sockets of its poller do; a thread that waits for it in another way must be told here.
     */
    public void ended() {}

    /** Makes it do nothing, and forgets it. Leader only. */
    public final void cancel() {
      if (list != NOWHERE) {
        Objects.requireNonNull(wheel).remove(this);
      }
    }
  }

  private static final class Action extends Timer {
    private final Runnable action;

    Action(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      action.run();
    }
  }

  /**
   * Runs an action on the leader later, up to about a millisecond after its time.
   *
   * @param delayNanos in how many nanoseconds; at most Long.MAX_VALUE / 2
   */
  public Timer schedule(long delayNanos, Runnable action) {
    Timer timer = new Action(action);
    schedule(delayNanos, timer);
    return timer;
  }

  /** Runs a timer like an action; if it was scheduled, at the new time only. */
  public void schedule(long delayNanos, Timer timer) {
    timer.cancel();
    if (ended) {
      timer.ended();
      return;
    }
    long nanos = clock.getAsLong() - start + Math.max(0, delayNanos);
    timer.tick = (nanos + (1L << TICK_SHIFT) - 1) >>> TICK_SHIFT;
    timer.wheel = this;
    insert(timer);
  }

  /** The time by the wheel's clock. */
  long now() {
    return clock.getAsLong();
  }

  /** The nanoseconds until the next timer is due: 0 if one is, Long.MAX_VALUE if there is none. */
  public long nanosToNext() {
    return nanosToNext(now());
  }

  /** The same, for a caller that knows the time already. */
  public long nanosToNext(long now) {
    if (lists[DUE] != null) {
      return 0;
    }
    int first = firstSlot();
    return first == NOWHERE
        ? Long.MAX_VALUE
        : Math.max(0, (earliest[first] << TICK_SHIFT) - (now - start));
  }

  /**
   * Takes the next timer that was due at a moment; those of one tick come in any order.
   *
   * @param moment by the wheel's clock; no later than now, and no earlier than in the call before
   */
  @Nullable Timer pollDue(long moment) {
    if (lists[DUE] == null) {
      expire(moment);
    }
    Timer timer = lists[DUE];
    if (timer == null) {
      return null;
    }
    remove(timer);
    return timer;
  }

  /** Takes no more timers, and gives out one that is left; null if there is none. */
  @Nullable Timer end() {
    ended = true;
    int first = lists[DUE] == null ? firstSlot() : DUE;
    Timer timer = first == NOWHERE ? null : lists[first];
    if (timer != null) {
      remove(timer);
    }
    return timer;
  }

  /** Collects the timers of the next tick that has some, if it has come. */
  private void expire(long moment) {
    int first = firstSlot();
    if (first == NOWHERE) {
      return;
    }
    long tick = (moment - start) >>> TICK_SHIFT;
    while (lists[DUE] == null && first != NOWHERE && earliest[first] <= tick) {
      reached = startOf(first);
      empty(first);
      first = firstSlot();
    }
    if (first == NOWHERE || startOf(first) > tick) {
      reached = Math.max(reached, tick);
    }
  }

  /** Moves the timers of a slot down, or if it is on level 0 to those that are due. */
  private void empty(int slot) {
    for (Timer timer; (timer = lists[slot]) != null; ) {
      remove(timer);
      if (slot < SLOTS) {
        addTo(DUE, timer);
      } else {
        insert(timer);
      }
    }
  }

  private void insert(Timer timer) {
    long tick = Math.max(timer.tick, reached);
    int level = (63 - Long.numberOfLeadingZeros((tick ^ reached) | 1)) / DIGIT_BITS;
    int digit = digit(tick, level);
    int slot = level * SLOTS + digit;
    earliest[slot] = lists[slot] == null ? tick : Math.min(earliest[slot], tick);
    occupied[level] |= 1L << digit;
    addTo(slot, timer);
  }

  /** The slot of the first timers, or NOWHERE. */
  private int firstSlot() {
    for (int level = 0; level < LEVELS; level++) {
      if (occupied[level] != 0) {
        return level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
      }
    }
    return NOWHERE;
  }

  /** The first tick that belongs to a slot. */
  private long startOf(int slot) {
    int shift = slot / SLOTS * DIGIT_BITS;
    long higherDigits = reached >>> shift >>> DIGIT_BITS << DIGIT_BITS;
    return (higherDigits | slot % SLOTS) << shift;
  }

  private static int digit(long tick, int level) {
    return (int) (tick >>> (level * DIGIT_BITS)) & (SLOTS - 1);
  }

  private void addTo(int list, Timer timer) {
    Timer head = lists[list];
    timer.list = list;
    timer.next = head;
    if (head != null) {
      head.previous = timer;
    }
    lists[list] = timer;
  }

  private void remove(Timer timer) {
    int list = timer.list;
    if (timer.previous == null) {
      lists[list] = timer.next;
    } else {
      timer.previous.next = timer.next;
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.previous = null;
    timer.next = null;
    timer.list = NOWHERE;
    if (list < DUE && lists[list] == null) {
      occupied[list / SLOTS] &= ~(1L << list % SLOTS);
    }
  }
}
