package io.netpoll.core;

import java.io.IOException;

/**
 * The I/O of a poll loop that callers do in its leader's place, while {@link Lending} says that the
 * loop is theirs: they use up the batch and the next one, and wake those whose bytes came.
 */
final class LentPolling {
  private final PollLoop loop;
  private final Lending lending;
  private final CallerWakeUps callers;

  LentPolling(PollLoop loop, Lending lending, CallerWakeUps callers) {
    this.loop = loop;
    this.lending = lending;
    this.callers = callers;
  }

  /**
   * Wakes the callers and waits until the loop comes back, if that is better than to poll. Leader
   * only.
   */
  boolean lend() {
    if (!lending.pays(callers.count())) {
      return false;
    }
    Thread[] woken = callers.take();
    lending.lend(woken.length);
    CallerWakeUps.wake(woken);
    lending.awaitReturn(loop::hasTasks);
    return true;
  }

  /**
   * Does what I/O is due in the leader's place and wakes the callers it is for, if the loop is lent
   * and the calling thread is the caller to do so. Called by those that wait for input and are no
   * poll loop's own, once they are published as waiters; never waits.
   */
  void pollForCaller() {
    if (!lending.borrow()) {
      return;
    }
    boolean found = false;
    try {
      found = findCallers() && loop.isIdle() && !lending.isRecalled();
    } finally {
      if (found) {
        lendOn();
      } else {
        lending.giveBack(); // with the callers that were found: the leader wakes them
      }
    }
  }

  /** Uses up the batch and the next one, unless something is for the leader to do. */
  private boolean findCallers() {
    loop.dispatchForCallers();
    try {
      if (loop.isIdle() && loop.pollAtOnce() > 0) {
        loop.dispatchForCallers();
      }
      return callers.count() > 0;
    } catch (IOException | RuntimeException e) {
      return false; // the leader polls next, meets it too, and can end the loop
    }
  }

  private void lendOn() {
    Thread[] woken = callers.take();
    lending.lendOn(woken.length);
    CallerWakeUps.wake(woken);
    if (loop.hasTasks() || lending.isRecalled()) {
      lending.wakeLeader();
    }
  }
}
