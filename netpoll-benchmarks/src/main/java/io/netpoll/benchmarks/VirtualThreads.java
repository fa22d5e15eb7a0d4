package io.netpoll.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Virtual threads, found at run time: this code is compiled for Java 17. */
final class VirtualThreads {
  private VirtualThreads() {}

  /** Whether this JDK has any. */
  static boolean areThere() {
    return Runtime.version().feature() >= 21;
  }

  /**
   * Checks that there are any.
   *
   * @throws UnsupportedOperationException if this JDK has none
   */
  static void require() {
    if (!areThere()) {
      throw new UnsupportedOperationException(
          "Virtual threads need JDK 21 or newer, and this is " + Runtime.version() + ".");
    }
  }

  /**
   * Makes an executor that starts a virtual thread for every task.
   *
   * @throws UnsupportedOperationException if this JDK has none
   */
  static ExecutorService executor() {
    require();
    try {
      return (ExecutorService)
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class))
              .invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("Virtual threads cannot be started: " + e, e);
    }
  }
}
