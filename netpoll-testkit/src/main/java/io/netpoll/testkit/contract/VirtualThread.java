package io.netpoll.testkit.contract;

/** Starts virtual threads, found at run time since the contract runs on JDK 17 too. */
final class VirtualThread {
  private VirtualThread() {}

  static Thread start(Runnable body) throws ReflectiveOperationException {
    return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
  }
}
