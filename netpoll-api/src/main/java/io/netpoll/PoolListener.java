package io.netpoll;

import java.time.Duration;

/**
 * Learns what a {@link ConnectionPool} does, for metrics. All methods do nothing by default.
 *
 * <p>They are called where it happens: on the thread that acquires or returns a connection, and
 * otherwise where the {@link Execution} of the dialer's group runs handlers; never under a lock of
 * the pool, several at a time, and without an order between threads. They must not wait. What they
 * throw is logged and harms nothing.
 */
public interface PoolListener {

  /** Why a connection left its pool. */
  enum Reason {
    /** It was closed, by either side, or had failed. */
    CLOSED,
    /** A read or a flush on it had timed out or been interrupted, so an answer may still come. */
    UNANSWERED,
    /** Bytes were received that nobody has read. */
    UNREAD_INPUT,
    /** Bytes were written that nobody has flushed. */
    UNFLUSHED_OUTPUT,
    /** {@link ConnectionPool.Lease#discard()} was called. */
    DISCARDED,
    /** It was idle for {@link ConnectionPool.Builder#maxIdleAge}. */
    IDLE_AGE,
    /** It was open for {@link ConnectionPool.Builder#maxLife}. */
    LIFE,
    /** The pool was closed. */
    POOL_CLOSED
  }

  /**
   * A connection was lent.
   *
   * @param waited since it was asked for; includes dialling
   */
  default void acquired(Duration waited) {}

  /**
   * A caller got no connection.
   *
   * @param waited since it was asked for
   * @param cause what the caller gets
   */
  default void acquireFailed(Duration waited, Exception cause) {}

  /**
   * A connection was established.
   *
   * @param took how long it took
   */
  default void dialled(Duration took) {}

  /**
   * A connection could not be established.
   *
   * @param took how long it took
   * @param cause as of {@link Dialer}
   */
  default void dialFailed(Duration took, Exception cause) {}

  /**
   * A connection that was returned is closed instead of being kept.
   *
   * @param reason why
   */
  default void discarded(Reason reason) {}

  /**
   * An idle connection is closed, or was found closed.
   *
   * @param reason why
   */
  default void evicted(Reason reason) {}
}
