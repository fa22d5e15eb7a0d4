package io.netpoll.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Collects where the rules of the SPI were broken, with the stack of who broke them. */
final class Violations {
  private static final ConcurrentLinkedQueue<IllegalStateException> FOUND =
      new ConcurrentLinkedQueue<>();

  private Violations() {}

  /** Records a violation; the caller throws what it returns where it cannot sensibly go on. */
  static IllegalStateException record(String what) {
    IllegalStateException violation =
        new IllegalStateException(what + " [thread " + Thread.currentThread().getName() + "]");
    FOUND.add(violation);
    return violation;
  }

  static List<IllegalStateException> found() {
    return new ArrayList<>(FOUND);
  }

  static void clear() {
    FOUND.clear();
  }
}
