package io.netpoll.testkit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one poller was asked for and what it found, counted where the engine meets the backend.
 *
 * <p>A poll has a <em>reason</em> if it used up its timeout, or if since the begin of the poll
 * before it the poller was woken, a socket was taken under watch or closed, or an <em>event</em>
 * was told: bytes arrived or left, a connection was accepted, an end came. What can be told or
 * asked again and again without any progress is no reason: a read of no bytes, an end that was told
 * already, a change of interest, a failure to accept.
 *
 * <p>Polls without a reason are few. One that was to wait and did not is <em>early</em>: it found a
 * socket of which nothing is wanted any more, or a signal. One that was not to wait is a
 * <em>look</em>: the engine had something of its own to do, such as a task or a handler's next
 * turn. A loop that spins makes thousands of either, within milliseconds.
 *
 * <p>The leader alone writes, except for the wake-ups; leaders follow one another in order. It
 * writes with release, without a fence, which might hide that the engine lacks one; the threads
 * that look read with acquire, and see what it had done by then.
 */
final class PollCount {
  /** How many early polls are in order, beside one for so many events that were told. */
  private static final int EARLY = 32;

  /** How many looks are, as well. */
  private static final int LOOKS = 100;

  /** How many events that nobody was told of are, beside one of each socket. */
  private static final int VAIN = 32;

  private static final int EVENTS_FOR_ONE = 1000;

  private final boolean zeroIsAsked;
  private final AtomicLong wakeUps = new AtomicLong();

  private final Tally polls = new Tally();
  private final Tally early = new Tally();
  private final Tally looks = new Tally();
  private final Tally found = new Tally();
  private final Tally vain = new Tally();
  private final Tally told = new Tally();
  private final Tally sockets = new Tally();
  private final AtomicBoolean waiting = new AtomicBoolean();

  // Leader only.
  private long timeout;
  private long start;
  private boolean slept;
  private long reasonsBefore;
  private long reasonsBeforeThat;

  /** A number that one thread at a time adds to. */
  private static final class Tally {
    private final AtomicLong value = new AtomicLong();

    void add(long more) {
      value.setRelease(value.getPlain() + more);
    }

    long get() {
      return value.getAcquire();
    }

    @Override
    public String toString() {
      return Long.toString(get());
    }
  }

  /**
   * Makes a count of nothing.
   *
   * @param zeroIsAsked whether the leader is a test, which polls without waiting when it wants to,
   *     and needs no other reason
   */
  PollCount(boolean zeroIsAsked) {
    this.zeroIsAsked = zeroIsAsked;
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** A poll begins; what has happened until now is the reason for the one before. */
  void begins(long timeoutNanos) {
    if (polls.get() > 0 && !slept && reasons() == reasonsBeforeThat) {
      if (timeout > 0) {
        early.add(1);
      } else {
        looks.add(1);
      }
    }
    reasonsBeforeThat = reasonsBefore;
    reasonsBefore = reasons();
    timeout = timeoutNanos;
    start = System.nanoTime();
    slept = false;
    polls.add(1);
    waiting.setRelease(timeoutNanos > 0);
  }

  private long reasons() {
    return told.get() + wakeUps.get();
  }

  /** The poll returns. */
  void returns(int events) {
    waiting.setRelease(false);
    found.add(events);
    boolean isOver = timeout == 0 ? zeroIsAsked : System.nanoTime() - start >= timeout;
    slept = events == 0 && isOver;
  }

  /** The poll has failed. */
  void fails() {
    waiting.setRelease(false);
  }

  /** A socket is taken under watch. */
  void watches() {
    sockets.add(1);
    told.add(1);
  }

  /** An event is told, or a socket is to be closed. */
  void tells() {
    told.add(1);
  }

  /** An event was taken of which nobody was told. */
  void tookInVain() {
    vain.add(1);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  void wakes() {
    wakeUps.incrementAndGet();
  }

  /** How much was told. */
  long told() {
    return told.get();
  }

  /** How many polls were begun. */
  long polls() {
    return polls.get();
  }

  /** Whether a poll waits, or is about to. */
  boolean isWaiting() {
    return waiting.getAcquire();
  }

  /**
   * Whether the last poll has found nothing and lasted as long as it was asked to; for the leader.
   */
  boolean slept() {
    return slept;
  }

  /**
   * Fails if there were more polls than reasons for them.
   *
   * @param ownWork how many tasks the test has given to the loop, beyond the usual
   */
  void check(int ownWork) {
    long more = told.get() / EVENTS_FOR_ONE;
    if (early.get() > EARLY + more
        || looks.get() > LOOKS + more + ownWork
        || vain.get() > VAIN + more + sockets.get()) {
      throw new AssertionError("A poller spins, or has spun: " + this);
    }
  }

  @Override
  public String toString() {
    return polls
        + " polls, of which "
        + early
        + " did not wait as they were asked to, and found nothing new, and "
        + looks
        + " were not asked to wait, and had no reason; "
        + found
        + " events found, of which "
        + vain
        + " had no effect; "
        + told
        + " events told of "
        + sockets
        + " sockets; "
        + wakeUps
        + " wake-ups";
  }
}
