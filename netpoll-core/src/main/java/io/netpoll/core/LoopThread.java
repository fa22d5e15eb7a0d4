package io.netpoll.core;

import java.util.concurrent.atomic.AtomicInteger;

/** A daemon thread that leads poll loops. Nothing that waits for the network may run on it. */
final class LoopThread extends Thread {
  private static final AtomicInteger COUNT = new AtomicInteger();

  LoopThread(Runnable lead, String name) {
    super(null, lead, name, 0, false);
    setDaemon(true);
  }

  /** A name part for a group that was given none. */
  static String nextGroupName() {
    return Integer.toString(COUNT.incrementAndGet());
  }

  /** Whether the calling thread leads a poll loop. */
  static boolean isCurrent() {
    return Thread.currentThread() instanceof LoopThread;
  }
}
