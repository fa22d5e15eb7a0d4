package io.netpoll.server;

import io.netpoll.internal.LibraryThreads;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets a server shut down when the process exits, from its first listener until its shutdown. */
final class ExitHook {
  private final Runnable shutdown;
  private final AtomicReference<@Nullable Thread> registered = new AtomicReference<>();

  ExitHook(Runnable shutdown) {
    this.shutdown = shutdown;
  }

  /**
   * Registers the hook, once.
   *
   * @throws IllegalStateException if the process exits already
   */
  void register() {
    Thread hook = LibraryThreads.daemon("netpoll-exit-hook", shutdown);
    if (registered.compareAndSet(null, hook)) {
      try {
        Runtime.getRuntime().addShutdownHook(hook);
      } catch (IllegalStateException exiting) {
        registered.set(null);
        throw new IllegalStateException(
            "The process is exiting: no server with shutdownOnExit can be started any more.",
            exiting);
      }
    }
  }

  /** Takes it back, as it is not needed any more. */
  void remove() {
    Thread hook = registered.getAndSet(null);
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException exiting) {
        // The hook runs: then it is this shutdown, or one that it waits for.
      }
    }
  }
}
