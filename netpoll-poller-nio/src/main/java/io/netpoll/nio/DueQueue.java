package io.netpoll.nio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handles that asked for an event, in the order in which they did first. Linked through the
 * handles, so that one can be closed when there is no memory. Leader only.
 */
final class DueQueue {
  private @Nullable NioHandle first;
  private @Nullable NioHandle last;
  private int size;

  /** Adds a handle, unless it is in there: it gets one event for both then. */
  void add(NioHandle handle) {
    if (handle.isDue) {
      return;
    }
    handle.isDue = true;
    if (last == null) {
      first = handle;
    } else {
      last.nextDue = handle;
    }
    last = handle;
    size++;
  }

  /** Takes the first; there is one. */
  NioHandle remove() {
    NioHandle handle = Objects.requireNonNull(first);
    first = handle.nextDue;
    if (first == null) {
      last = null;
    }
    handle.nextDue = null;
    handle.isDue = false;
    size--;
    return handle;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    while (size > 0) {
      remove();
    }
  }
}
