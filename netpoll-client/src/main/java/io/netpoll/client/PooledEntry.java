package io.netpoll.client;

import org.jspecify.annotations.Nullable;

/**
 * A connection of a pool, and where it is: in one of the lists of {@link PoolState}, under whose
 * lock all of this is read and written, or in none.
 *
 * @param <C> the type of the connection
 */
final class PooledEntry<C> {
  final C connection;

  /** When it was established, by the clock of System.nanoTime. */
  final long bornAt;

  /** Since when it is idle, if it is, by the same clock. */
  long idleSince;

  /** Whether it has ever been lent. */
  boolean used;

  // Of the list that it is in.
  @Nullable PooledEntries<C> list;
  @Nullable PooledEntry<C> older;
  @Nullable PooledEntry<C> newer;

  PooledEntry(C connection, long bornAt) {
    this.connection = connection;
    this.bornAt = bornAt;
  }
}
