package io.netpoll.core;

import io.netpoll.spi.Poller;
import java.util.concurrent.TimeUnit;

/**
 * Knows when a poll loop is over, and tells everybody then who waits for its poller.
 *
 * <p>A loop that is {@link #retire retired} takes no new connections and is over with its last. One
 * that is {@link #close closed} resets its connections first. One that is broken is over at once.
 * {@link PollLoop#finish} takes the steps of the end, in their order.
 */
final class LoopEnd {
  /** How long connections may take to be reset before the poller closes them by force. */
  static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PollLoop loop;
  private final Poller poller;
  private final LoopLoad load;
  private final ConnectionList connections;
  private final TimerWheel timers;

  private volatile boolean retired;
  private volatile boolean closing;

  // Leader only.
  private int acceptances;
  private long closeBy;
  private boolean broken;
  private boolean begun;

  LoopEnd(
      PollLoop loop, Poller poller, LoopLoad load, ConnectionList connections, TimerWheel timers) {
    this.loop = loop;
    this.poller = poller;
    this.load = load;
    this.connections = connections;
    this.timers = timers;
  }

  // ---- Any thread; the loop is to be woken behind retire and close ---------------------------

  /** The loop takes no new connections from now on. */
  void retire() {
    retired = true;
  }

  /** The loop resets all connections from now on. */
  void close() {
    closing = true;
  }

  boolean isRetired() {
    return retired;
  }

  /** Whether it was closed, is broken, or ends already. */
  boolean isClosing() {
    return closing;
  }

  /** Whether new connections may come. */
  boolean mayGrow() {
    return !retired && !closing;
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** A socket accepts here: the loop goes on for it, though it is retired. */
  void acceptanceStarted() {
    acceptances++;
  }

  /** It accepts no more. */
  void acceptanceEnded() {
    acceptances--;
  }

  /** How many sockets accept here. */
  int acceptances() {
    return acceptances;
  }

  /**
   * The loop cannot go on after {@code cause}: its leader finishes it, and runs nothing before. It
   * leaves its group first, and refuses new connections then: whoever is refused finds another list
   * of loops, and nobody waits for this one to leave it.
   */
  void breaks(Throwable cause) {
    if (!broken) {
      broken = true;
      leaveGroup();
      closing = true;
      LoopFailures.report("A poller is broken; its connections are closed.", cause);
    }
  }

  private void leaveGroup() {
    try {
      loop.group().members().replace(loop);
    } catch (Throwable t) {
      LoopFailures.report(
          "A poll loop that broke could not be replaced; its group goes on without.", t);
    }
  }

  /** Whether the loop is to be finished before anything else. */
  boolean isBroken() {
    return broken;
  }

  /** Whether the loop has nothing left to do for ever; hastens the end of a closing loop. */
  boolean isOver() {
    if (broken) {
      return true;
    }
    if (!closing && !retired) {
      return false;
    }
    if (closing) {
      if (closeBy == 0) {
        timers.schedule(CLOSE_NANOS, () -> {});
        connections.forEach(EngineConnection::reset);
        closeBy =
            System.nanoTime() + CLOSE_NANOS; // last: where there is no memory, all is done again
      } else if (System.nanoTime() - closeBy >= 0) {
        return true;
      }
    }
    if (closing) {
      return load.connections() == 0 && !loop.hasWork();
    }
    return acceptances == 0
        && !loop.hasWork()
        && load.endIfEmpty(); // a connection on its way here keeps the loop alive
  }

  /** The loop ends now, for whatever reason: its poller takes nothing under watch any more. */
  void begin() {
    closing = true;
    begun = true;
  }

  boolean hasBegun() {
    return begun;
  }

  /**
   * Closes the poller, which tells every connection, acceptance and dial; timers are {@linkplain
   * TimerWheel.Timer#ended told}. Throws nothing, and what fails keeps nobody else from being told.
   */
  void tellEverybody() {
    try {
      poller.close();
    } catch (Throwable t) {
      LoopFailures.report(
          "A poller could not be closed; its connections are told all the same.", t);
    }
    EngineConnection untold;
    while ((untold = connections.first()) != null) { // one that the poller has not told
      tell(untold);
    }
    TimerWheel.Timer timer;
    while ((timer = timers.end()) != null) {
      tell(timer);
    }
  }

  private void tell(EngineConnection connection) {
    try {
      connection.leader.closed();
    } catch (Throwable t) {
      LoopFailures.report("A connection could not be told that its poller is closed.", t);
      if (connection == connections.first()) {
        connection.loop().remove(connection);
      }
    }
  }

  private static void tell(TimerWheel.Timer timer) {
    try {
      timer.ended();
    } catch (Throwable t) {
      LoopFailures.report("A timer could not be told that its poll loop has ended.", t);
    }
  }
}
