package io.netpoll.core.connection;

import io.netpoll.spi.InputWait;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
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
  private final @Nullable InputWait[] spare = new InputWait[SPARE];
  private int spares;
  private boolean closed;

  InputWaits(PollerProvider provider) {
    this.provider = provider;
  }

  /** Takes one, for the calling thread; null if the system refuses to make it. */
  @Nullable InputWait take() {
    InputWait wait;
    lock.lock();
    try {
      wait = pollSpare();
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

  private @Nullable InputWait pollSpare() {
    if (spares == 0) {
      return null;
    }
    InputWait wait = spare[--spares];
    spare[spares] = null;
    return wait;
  }

  /** Gives one back; takes no memory. */
  void give(InputWait wait) {
    boolean isKept = false;
    try {
      lock.lock();
      try {
        isKept = !closed && spares < SPARE;
        if (isKept) {
          spare[spares++] = wait;
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
      closeSpares();
    } finally {
      lock.unlock();
    }
  }

  private void closeSpares() {
    InputWait wait = pollSpare();
    if (wait != null) {
      try {
        wait.close();
      } finally {
        closeSpares(); // each, whatever one of them says
      }
    }
  }
}
