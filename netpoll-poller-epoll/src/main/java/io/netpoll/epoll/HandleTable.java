package io.netpoll.epoll;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The handles of a poller by slot. A slot is used again after its handle was removed, but with the
 * next generation, so an event that was made for the handle before finds nobody. Leader only.
 */
final class HandleTable {
  /** The slot of a handle that has no place yet. */
  static final int NOWHERE = -1;

  private @Nullable EpollHandle[] handles = new EpollHandle[64];
  private int[] generations = new int[64];

  /** Slots that were used and are free, as a stack: the last one used is still in the cache. */
  private int[] free = new int[64];

  private int freeCount;

  /** How many slots were ever used. */
  private int used;

  /** Gives a handle its place. Where there is no memory for one, nothing has changed. */
  void add(EpollHandle handle) {
    int slot = freeCount > 0 ? free[--freeCount] : next();
    handles[slot] = handle;
    handle.placed(slot, ++generations[slot]);
  }

  private int next() {
    if (used == handles.length) {
      grow();
    }
    return used++;
  }

  /** All or nothing: what was allocated before the heap was full is dropped. */
  private void grow() {
    @Nullable EpollHandle[] moreHandles = Arrays.copyOf(handles, used * 2);
    int[] moreGenerations = Arrays.copyOf(generations, used * 2);
    int[] moreFree = Arrays.copyOf(free, used * 2);
    handles = moreHandles;
    generations = moreGenerations;
    free = moreFree;
  }

  /** Takes the place of a handle, if it has one. Takes no memory. */
  void remove(EpollHandle handle) {
    int slot = handle.slot();
    if (slot != NOWHERE && handles[slot] == handle) {
      handles[slot] = null;
      free[freeCount++] = slot;
    }
  }

  /** What travels in an event of a handle. */
  static long data(EpollHandle handle) {
    return (long) handle.generation() << 32 | handle.slot();
  }

  /** The handle that an event is for; null if it is no longer there. */
  @Nullable EpollHandle find(long data) {
    int slot = (int) data;
    if (slot < 0 || slot >= used) {
      return null;
    }
    EpollHandle handle = handles[slot];
    return handle != null && handle.generation() == (int) (data >>> 32) ? handle : null;
  }

  /** The slots to look at for {@link #at}. */
  int size() {
    return used;
  }

  @Nullable EpollHandle at(int slot) {
    return handles[slot];
  }
}
