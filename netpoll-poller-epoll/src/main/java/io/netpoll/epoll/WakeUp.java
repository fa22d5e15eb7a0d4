package io.netpoll.epoll;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a wait from another thread: an eventfd in the epoll set, and whether a signal is under way.
 *
 * <p>The eventfd is watched edge-triggered: each write is one event, and nobody has to read it.
 *
 * <p>Of the signals between two waits only the first writes. Whoever finds {@code pending} set may
 * rely on it: the leader clears it after the wait that took the event and before it looks at what
 * the signal is about, so what was published before {@link #signal()} is seen then. Both use
 * read-modify-writes of {@code pending}, which order the two.
 */
final class WakeUp {
  /** The event's data: a slot that no handle has. */
  static final long DATA = 0xffff_ffffL;

  private final Descriptor descriptor;
  private final AtomicBoolean pending = new AtomicBoolean();

  private WakeUp(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  static WakeUp open() throws IOException {
    int fd = Libc.eventfd(Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
    if (fd < 0) {
      throw Errno.exception("eventfd", -fd);
    }
    try {
      return new WakeUp(Descriptor.taken(fd));
    } catch (Throwable t) { // the heap is full
      Libc.close(fd);
      throw t;
    }
  }

  int fd() {
    return descriptor.fd;
  }

  /** Any thread, also while and after it is closed. */
  void signal() {
    if (pending.getAndSet(true)) {
      return;
    }
    boolean told = false;
    try {
      if (descriptor.enter()) {
        try {
          Libc.eventfdWrite(descriptor.fd, 1);
        } finally {
          descriptor.exit();
        }
      }
      told = true;
    } finally {
      if (!told) {
        pending.set(false); // or no later one would be told either
      }
    }
  }

  /** Whether a wait may have found the event. Leader only. */
  boolean isPending() {
    return pending.get();
  }

  /** Notes that a wait has found the event. Leader only. */
  void taken() {
    pending.getAndSet(false);
  }

  /** Once. */
  void close() {
    descriptor.close();
  }
}
