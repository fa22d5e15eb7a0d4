package io.netpoll.buffer;

/** Starts threads of the kind that a test wants. */
final class TestThreads {
  /** Bytes of stack: few, since tests go to its end. */
  private static final long STACK = 256 << 10;

  private TestThreads() {}

  /** Starts a virtual thread where the JDK has them, if {@code virtual}; else a platform one. */
  static void start(boolean virtual, Runnable task) {
    if (virtual && Runtime.version().feature() >= 21) {
      try {
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        return;
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    Thread thread = new Thread(null, task, "test", STACK);
    thread.setDaemon(true);
    thread.start();
  }
}
