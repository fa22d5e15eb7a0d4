package io.netpoll.benchmarks.soak;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets clients in for one session each, and holds them off while a sample is taken. */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private volatile boolean closed;

  /** Makes a session, unless the gate was closed. Waits while a sample is taken. */
  boolean pass(Session session) throws Exception {
    lock.readLock().lock();
    try {
      if (!closed) {
        session.make();
      }
      return !closed;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits for the end of all sessions, and keeps others from starting meanwhile. */
  void quietly(Runnable sample) {
    lock.writeLock().lock();
    try {
      sample.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Lets nobody in any more. */
  void close() {
    closed = true;
  }

  /** What a client does while it is inside. */
  @FunctionalInterface
  interface Session {
    void make() throws Exception;
  }
}
