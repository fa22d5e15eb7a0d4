package io.netpoll.epoll;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A few {@link Scratch} objects for the threads that send on the sockets of one poller at the same
 * time. Lock-free: a slot is emptied by {@code getAndSet} and filled by {@code compareAndSet}, and
 * this pair hands the object from one thread to the next. They are made with the poller; more
 * threads than there are make small ones, since no thread may wait for direct memory here.
 */
final class ScratchCache {
  private static final int SLOTS = 4;

  private final AtomicReferenceArray<@Nullable Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  ScratchCache() {
    for (int i = 0; i < SLOTS; i++) {
      slots.setPlain(i, Scratch.make()); // seen by others with the poller
    }
  }

  Scratch take() {
    for (int i = 0; i < SLOTS; i++) {
      if (slots.getPlain(i) != null) {
        Scratch scratch = slots.getAndSet(i, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return Scratch.makeSmall();
  }

  /** Clears it and keeps it for the next. */
  void give(Scratch scratch) {
    scratch.spans.clear();
    if (scratch.isSmall()) {
      return;
    }
    for (int i = 0; i < SLOTS; i++) {
      if (slots.getPlain(i) == null && slots.compareAndSet(i, null, scratch)) {
        return;
      }
    }
  }
}
