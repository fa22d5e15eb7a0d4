package io.netpoll.core.connection;

import io.netpoll.spi.InputWait;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the callers of a loop's connections wait with in the system: as many as there are callers in
 * a wait, and at most {@value #SPARE} more. Any thread.
 */
final class InputWaits implements Runnable {
  private static final int SPARE = 64;

  private final PollerProvider provider;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final ArrayDeque<InputWait> spare = new ArrayDeque<>(SPARE);
  private boolean closed;

  InputWaits(PollerProvider provider) {
    this.provider = provider;
  }

  /** Takes one, for the calling thread; null if the system refuses to make it. */
  @Nullable InputWait take() {
    InputWait wait;
    lock.lock();
    try {
      wait = spare.pollLast();
    } finally {
      lock.unlock();
    }
    try {
      return wait != null ? wait : provider.openInputWait();
    } catch (IOException
        | OutOfMemoryError noDescriptorOrMemory) { // the poller waits for the thread then
      return null;
    }
  }

  /** Gives one back. */
  void give(InputWait wait) {
    boolean isKept = false;
    try {
      lock.lock();
      try {
        isKept = !closed && spare.size() < SPARE;
        if (isKept) {
          spare.addLast(wait); // there is room for all of them
        }
      } finally {
        lock.unlock();
      }
    } finally {
      if (!isKept) {
        wait.close();
      }
    }
  }

  /** The loop has ended. */
  @Override
  public void run() {
    lock.lock();
    try {
      closed = true;
      while (!spare.isEmpty()) {
        spare.removeLast().close();
      }
    } finally {
      lock.unlock();
    }
  }
}
