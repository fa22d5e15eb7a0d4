package io.netpoll.core.loop;

/**
 * What a {@link PollLoop} needs of whatever decides which thread leads it and how handlers are
 * called. The leader calls all methods, except where one says that any thread does.
 */
public interface LoopDriver {

  /**
   * Whether the calling thread owns the loop now, and may touch what is the leader's. Any thread.
   */
  boolean isOwnedByCaller();

  /**
   * Calls a handler that is ready.
   *
   * @param othersFollow whether others are called right after it
   * @return whether the calling thread still leads the loop: if not, it must touch nothing of it
   */
  boolean call(Runnable handler, boolean othersFollow);

  /** All handlers that were ready have been called, by the thread that still leads. */
  void turnEnds();

  /** The loop is about to poll, and may wait in that. */
  void beforePoll();

  /**
   * Has another thread do the loop's I/O for a while, if that is better than a poll.
   *
   * @return whether it did so: what it found must be handled next
   */
  boolean lend();

  /**
   * Whether an interrupt of the leader during a poll is for the handler that it is in, and is kept.
   */
  boolean keepsInterrupts();

  /** A poll has ended, and the loop says no longer that it sleeps. */
  void afterPoll();

  /**
   * There is something to do: a leader that waits outside of a poll must look. Any thread, after a
   * full fence that follows what it has enqueued.
   */
  void wakeLeader();

  /** The loop is ending: no thread but the leader does its I/O any more. Throws nothing. */
  void endsSoon();

  /** Starts the handlers that are left, where they may still run. */
  void callLast();

  /** The loop has ended, and nobody leads it any more. */
  void hasEnded();
}
