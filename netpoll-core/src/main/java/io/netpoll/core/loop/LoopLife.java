package io.netpoll.core.loop;

import io.netpoll.spi.Poller;
import java.util.concurrent.TimeUnit;

/**
 * The life of a poll loop: counts the connections, knows when the loop is over, and tells all that
 * wait for its poller.
 *
 * <p>A loop that is {@link #retire retired} takes no new connections and is over with its last. One
 * that is {@link #close closed} resets its connections first. One that is broken is over at once.
 * {@link PollLoop#finish} takes the steps of the end, in their order.
 */
public final class LoopLife {
  /** How long connections may take to be reset before the poller closes them by force. */
  public static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PollLoop loop;
  private final Poller poller;
  private final LoopLoad load;
  private final Residents residents;
  private final TimerWheel timers;
  private final LoopOwner owner;

  private volatile boolean retired;
  private volatile boolean closing;

  // Leader only.
  private int acceptLoops;
  private long closeBy;
  private boolean broken;
  private boolean begun;

  LoopLife(
      PollLoop loop,
      Poller poller,
      LoopLoad load,
      Residents residents,
      TimerWheel timers,
      LoopOwner owner) {
    this.loop = loop;
    this.poller = poller;
    this.load = load;
    this.residents = residents;
    this.timers = timers;
    this.owner = owner;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Counts a connection that will come here: with a task, which is refused if the loop was closed
   * meanwhile.
   *
   * @return false if the loop takes no new ones
   */
  public boolean reserve() {
    return !retired && !closing && load.add();
  }

  /** Takes back a reservation. Takes no memory. */
  public void release() {
    load.remove();
    if (retired) {
      loop.tasks.soon(residents); // or any other step: the leader must look whether it is over
    }
  }

  /** The number of connections, those on their way here included. */
  public int connections() {
    return load.connections();
  }

  /** Takes no new connections from now on, and ends with the last one. */
  public void retire() {
    retired = true;
    loop.tasks.wake();
  }

  /** Resets all connections and ends. */
  public void close() {
    closing = true;
    loop.tasks.wake();
  }

  /** Whether it was closed, is broken, or ends already. */
  public boolean isClosing() {
    return closing;
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** A connection has left the loop. Takes no memory. */
  public void left() {
    load.remove();
  }

  /** A socket accepts here: the loop goes on for it, though it is retired. */
  public void acceptLoopStarted() {
    acceptLoops++;
  }

  /** It accepts no more. */
  public void acceptLoopEnded() {
    acceptLoops--;
  }

  /** How many sockets accept here. */
  int acceptLoops() {
    return acceptLoops;
  }

  /**
   * The loop cannot go on after {@code cause}: its leader finishes it, and runs nothing before. It
   * leaves its group first, and refuses new connections then: a thread that is refused finds
   * another list of loops, and nobody waits for this one to leave it.
   */
  public void breaks(Throwable cause) {
    if (!broken) {
      broken = true;
      leaveGroup();
      closing = true;
      LoopFailures.report("A poller is broken; its connections are closed.", cause);
    }
  }

  private void leaveGroup() {
    try {
      owner.loopBreaks();
    } catch (Throwable t) {
      LoopFailures.report(
          "A poll loop that broke could not be replaced; its group goes on without.", t);
    }
  }

  /** Whether the loop must be finished before anything else. */
  public boolean isBroken() {
    return broken;
  }

  /** Whether the loop has nothing left to do for ever; hastens the end of a closing loop. */
  public boolean isOver() {
    if (broken) {
      return true;
    }
    if (!closing && !retired) {
      return false;
    }
    if (closing) {
      if (closeBy == 0) {
        timers.schedule(CLOSE_NANOS, () -> {});
        residents.resetAll();
        closeBy =
            System.nanoTime() + CLOSE_NANOS; // last: where there is no memory, all is done again
      } else if (System.nanoTime() - closeBy >= 0) {
        return true;
      }
    }
    if (closing) {
      return load.connections() == 0 && !loop.hasWork();
    }
    return acceptLoops == 0
        && !loop.hasWork()
        && load.endIfEmpty(); // a connection on its way here keeps the loop alive
  }

  /** The loop ends now, for whatever reason: its poller takes nothing under watch any more. */
  void begin() {
    closing = true;
    begun = true;
  }

  public boolean hasBegun() {
    return begun;
  }

  /**
   * Closes the poller, which tells every connection, accept loop and dial; timers are {@linkplain
   * TimerWheel.Timer#ended told}. Throws nothing, and what fails keeps nobody else from being told.
   */
  void tellEverybody() {
    try {
      poller.close();
    } catch (Throwable t) {
      LoopFailures.report(
          "A poller could not be closed; its connections are told all the same.", t);
    }
    residents.endAll();
    TimerWheel.Timer timer;
    while ((timer = timers.end()) != null) {
      tell(timer);
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
