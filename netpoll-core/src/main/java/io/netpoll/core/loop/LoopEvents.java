package io.netpoll.core.loop;

import io.netpoll.spi.Poller;
import java.io.IOException;

/**
 * The poller of a loop as its leader uses it: polls, and uses up the events that a poll has found.
 * Leader only.
 */
public final class LoopEvents {
  /** Events dispatched, at most, before the handlers that they are for have their turn. */
  private static final int EVENTS_IN_A_ROW = 16;

  /** Fewer, once this many bytes were read: the handlers should find them in the cache. */
  private static final int BYTES_IN_A_ROW = 32 << 10;

  private final Poller poller;
  private final LoopDriver driver;
  private final LoopLife life;
  private final LoopCounters counters;
  private final TimerWheel timers;
  private final Horizon horizon;

  LoopEvents(
      Poller poller, LoopDriver driver, LoopLife life, LoopCounters counters, TimerWheel timers) {
    this.poller = poller;
    this.driver = driver;
    this.life = life;
    this.counters = counters;
    this.timers = timers;
    this.horizon = new Horizon(timers.now());
  }

  /**
   * Polls. A poll may return at once as long as its thread is interrupted. An interrupt of a leader
   * at work is nobody's business, and ends here. A poller that fails breaks the loop.
   *
   * @param now by the clock of System.nanoTime
   * @param timeout in nanoseconds; 0 to wait for nothing
   */
  void poll(long now, long timeout) {
    begin(now);
    try {
      if (driver.keepsInterrupts()) {
        horizon.polled(poller.poll(timeout));
      } else {
        Thread.interrupted();
        horizon.polled(poller.poll(timeout));
        Thread.interrupted(); // nor is it for an executor that a dispatch calls
      }
    } catch (IOException | RuntimeException e) {
      life.breaks(e);
    } catch (VirtualMachineError | LinkageError e) { // no memory, also for a class
      LoopFailures.awaitMemory(e);
    }
  }

  /** Polls without waiting. */
  public void pollAtOnce() {
    poll(timers.now(), 0);
  }

  /**
   * Polls without waiting, on a thread that does the leader's I/O. The leader meets a failure.
   *
   * @return the number of events
   */
  public int pollForLeader() throws IOException {
    begin(timers.now());
    int found = poller.poll(0);
    horizon.polled(found);
    return found;
  }

  private void begin(long now) {
    counters.polled();
    usedUp();
    horizon.polls(now);
  }

  /** All events of the last poll were handled. */
  void usedUp() {
    horizon.usedUp(life.connections() + life.acceptLoops());
  }

  /**
   * Takes the next event of the batch.
   *
   * @return whether there was one
   */
  boolean dispatch() {
    return poller.dispatch();
  }

  /** Whether the handlers should have their turn. */
  boolean isTurnOver(int events, long bytesReadBefore) {
    return events == EVENTS_IN_A_ROW || counters.bytesRead() - bytesReadBefore >= BYTES_IN_A_ROW;
  }

  /** The moment up to which all that had arrived was handled, by the clock of System.nanoTime. */
  public long caughtUpTo() {
    return horizon.reached();
  }
}
