package io.netpoll.epoll;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The handles of a poller by slot. A slot is used again after its handle was removed, but with the
 * next generation, so an event that was made for the handle before finds nobody. Leader only.
 */
final class HandleTable {
  private @Nullable EpollHandle[] handles = new EpollHandle[64];
  private int[] generations = new int[64];

  /** Slots that were used and are free, as a stack: the last one used is still in the cache. */
  private int[] free = new int[64];

  private int freeCount;

  /** How many slots were ever used. */
  private int used;

  /** Gives a handle its place. */
  void add(EpollHandle handle) {
    int slot = freeCount > 0 ? free[--freeCount] : next();
    handles[slot] = handle;
    handle.placed(slot, ++generations[slot]);
  }

  private int next() {
    if (used == handles.length) {
      handles = Arrays.copyOf(handles, used * 2);
      generations = Arrays.copyOf(generations, used * 2);
      free = Arrays.copyOf(free, used * 2);
    }
    return used++;
  }

  void remove(EpollHandle handle) {
    handles[handle.slot()] = null;
    free[freeCount++] = handle.slot();
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
