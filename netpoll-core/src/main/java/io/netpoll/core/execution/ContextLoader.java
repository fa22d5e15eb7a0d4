package io.netpoll.core.execution;

import org.jspecify.annotations.Nullable;

/**
 * The context class loader that user code is called with: that of the thread which made this, as it
 * was then. An event loop and a dialer each make one when they are built, for their callbacks; a
 * group does for its executor.
 *
 * <p>A thread that calls user code enters before and leaves after it, whichever thread that is: one
 * of the library's, a virtual one or a user's. So no thread of the library keeps the class loader
 * of an application when the call is over. It costs a look at the thread where the loader is the
 * same.
 */
public final class ContextLoader {
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

  /** Takes that of the calling thread. */
  public ContextLoader() {}

  /**
   * Sets it for the calling thread, which is about to call user code.
   *
   * @return what {@link #leave} wants
   */
  public @Nullable ClassLoader enter() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    set(thread, before, loader);
    return before;
  }

  /**
   * Sets the one from before again, whatever the user code has set.
   *
   * @param before what {@link #enter} returned
   */
  public static void leave(@Nullable ClassLoader before) {
    Thread thread = Thread.currentThread();
    set(thread, thread.getContextClassLoader(), before);
  }

  private static void set(Thread thread, @Nullable ClassLoader seen, @Nullable ClassLoader wanted) {
    if (seen != wanted) {
      try {
        thread.setContextClassLoader(wanted);
      } catch (SecurityException refused) {
        // A user's thread may insist on its own, as those of some fork-join pools do.
      }
    }
  }

  /**
   * Runs user code.
   *
   * @param code is run now, with the loader set
   */
  public void run(Runnable code) {
    ClassLoader before = enter();
    try {
      code.run();
    } finally {
      leave(before);
    }
  }
}
