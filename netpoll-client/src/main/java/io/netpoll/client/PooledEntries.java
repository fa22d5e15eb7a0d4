package io.netpoll.client;

import org.jspecify.annotations.Nullable;

/**
 * Places in the order in which they were added, linked through themselves, so that any of them
 * leaves in constant time. Under the lock of {@link PoolState}.
 *
 * @param <C> the type of the connections
 */
final class PooledEntries<C> {
  private @Nullable PooledEntry<C> oldest;
  private @Nullable PooledEntry<C> newest;
  private int size;

  int size() {
    return size;
  }

  @Nullable PooledEntry<C> oldest() {
    return oldest;
  }

  @Nullable PooledEntry<C> newest() {
    return newest;
  }

  /** Adds a place that is in no list. */
  void add(PooledEntry<C> place) {
    place.list = this;
    place.older = newest;
    if (newest == null) {
      oldest = place;
    } else {
      newest.newer = place;
    }
    newest = place;
    size++;
  }

  /** Takes a place out; returns false if it is not in this list. */
  boolean remove(PooledEntry<C> place) {
    if (place.list != this) {
      return false;
    }
    if (place.older == null) {
      oldest = place.newer;
    } else {
      place.older.newer = place.newer;
    }
    if (place.newer == null) {
      newest = place.older;
    } else {
      place.newer.older = place.older;
    }
    place.list = null;
    place.older = null;
    place.newer = null;
    size--;
    return true;
  }
}
