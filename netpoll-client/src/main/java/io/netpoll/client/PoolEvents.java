package io.netpoll.client;

import io.netpoll.PoolListener;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells a {@link PoolListener} what happens. Any thread calls it, without a lock. */
final class PoolEvents {
  private final PoolListener listener;

  PoolEvents(PoolListener listener) {
    this.listener = listener;
  }

  void acquired(long start) {
    Duration waited = since(start);
    tell(to -> to.acquired(waited));
  }

  void acquireFailed(long start, Exception cause) {
    Duration waited = since(start);
    tell(to -> to.acquireFailed(waited, cause));
  }

  void dialled(long start) {
    Duration took = since(start);
    tell(to -> to.dialled(took));
  }

  void dialFailed(long start, Exception cause) {
    Duration took = since(start);
    tell(to -> to.dialFailed(took, cause));
  }

  void removed(Effects.Removal<?> removal) {
    tell(
        to -> {
          if (removal.wasIdle()) {
            to.evicted(removal.reason());
          } else {
            to.discarded(removal.reason());
          }
        });
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void tell(Consumer<PoolListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | Error e) {
      Log.CLIENT.log(System.Logger.Level.WARNING, "A PoolListener failed; the pool goes on.", e);
    }
  }
}
