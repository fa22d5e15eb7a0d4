package io.netpoll.core.loop;

/**
 * The moment up to which a poll loop has handled all that had arrived. What is due by then may be
 * done: so what has arrived counts before what is due, also if the process stood still while both
 * happened.
 *
 * <p>It is the moment before a poll began, once the batch of that poll is used up. A poll that
 * reports many events may have left some to the next one; then it is the moment before the first
 * such poll, once each socket had its turn, by the number of events handled, or that of a later
 * poll that reports few.
 *
 * <p>The owner of the loop only.
 */
final class Horizon {
  /** A poll that reports fewer events has reported all, as {@link io.netpoll.spi.Poller} has it. */
  static final int ALL = 64;

  private static final int NOTHING_POLLED = -1;

  private long reached;

  /** Before the last poll. */
  private long last;

  /** The events of the last poll, as long as they are not counted as handled. */
  private int found = NOTHING_POLLED;

  /** Before the first of the polls in a row that reported many. */
  private long first;

  /** The events of those polls; 0 if there are none. */
  private long handled;

  /** By a clock like System.nanoTime. */
  Horizon(long now) {
    reached = now;
  }

  /** A poll begins; the batch before was {@linkplain #usedUp used up}. */
  void polls(long now) {
    last = now;
    found = NOTHING_POLLED;
  }

  /** The poll has ended, and did not fail. */
  void polled(int events) {
    found = events;
  }

  /**
   * All events of the last poll were handled.
   *
   * @param sockets how many may have events, each one that was found and one that it asked for
   */
  void usedUp(int sockets) {
    if (found == NOTHING_POLLED) {
      return;
    }
    if (found < ALL) {
      reached = last;
      handled = 0;
    } else {
      if (handled == 0) {
        first = last;
      }
      handled += found;
      if (handled >= 2L * sockets) {
        reached = first;
        handled = 0;
      }
    }
    found = NOTHING_POLLED;
  }

  /** The moment. */
  long reached() {
    return reached;
  }
}
