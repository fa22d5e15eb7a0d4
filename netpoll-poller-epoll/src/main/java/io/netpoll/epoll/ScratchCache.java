package io.netpoll.epoll;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A few {@link Scratch} objects for the threads that send on the sockets of one poller at the same
 * time. Lock-free: a slot is emptied by {@code getAndSet} and filled by {@code compareAndSet}, and
 * this pair hands the object from one thread to the next. More threads than slots make their own.
 */
final class ScratchCache {
  private static final int SLOTS = 4;

  private final AtomicReferenceArray<@Nullable Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  Scratch take() {
    for (int i = 0; i < SLOTS; i++) {
      if (slots.getPlain(i) != null) {
        Scratch scratch = slots.getAndSet(i, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return new Scratch();
  }

  /** Clears it and keeps it for the next. */
  void give(Scratch scratch) {
    scratch.spans.clear();
    for (int i = 0; i < SLOTS; i++) {
      if (slots.getPlain(i) == null && slots.compareAndSet(i, null, scratch)) {
        return;
      }
    }
  }
}
