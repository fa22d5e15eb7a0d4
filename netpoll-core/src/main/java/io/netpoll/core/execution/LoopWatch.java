package io.netpoll.core.execution;

/**
 * What the watch-dog knows of one poll loop, and does to it. The watch-dog only.
 *
 * <p>A loop that may be passed on is, once {@link CallWatch} finds its leader overdue. Whether it
 * may or not, {@link StallWatch} has logged what holds it up for long.
 */
final class LoopWatch {
  private static final String NO_THREAD =
      "there is no further thread to lead it (io.netpoll.maxHeldThreads bounds their number).";
  private static final String INLINE =
      "run handlers that wait or compute for long in an execution mode other than inline.";

  private final HandlerLoop loop;
  private final CallWatch calls = new CallWatch();
  private final StallWatch stalls;
  private long lastSeen;

  LoopWatch(HandlerLoop loop) {
    this.loop = loop;
    this.stalls = new StallWatch(loop.isMovable() ? NO_THREAD : INLINE);
  }

  /**
   * Looks at the loop, once a tick, and passes it on if its leader is in the same call of user code
   * for too long.
   *
   * @return whether user code was called since the last tick, or is running, or may soon be in a
   *     loop that does not look at the watch-dog before
   */
  boolean look() {
    long seen = loop.leadershipSeen();
    boolean busy = seen != lastSeen || Leadership.isInUserCode(seen) || loop.isAwakeInPlace();
    lastSeen = seen;
    Thread leader = loop.leader();
    if (leader != null) {
      stalls.look(seen, leader);
      if (loop.isMovable() && calls.isOverdue(seen, leader)) {
        loop.preempt(seen);
      }
    }
    return busy;
  }

  /** Whether a call of user code may have to be preempted soon. */
  boolean isSuspecting() {
    return calls.isSuspecting();
  }
}
