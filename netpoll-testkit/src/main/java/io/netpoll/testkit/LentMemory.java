package io.netpoll.testkit;

import io.netpoll.LinkBuffer;
import java.time.Duration;

/**
 * The memory that buffers, connections, slices and views of the process hold at one moment, to be
 * compared with a later one.
 *
 * @param bytes in whole pages
 */
public record LentMemory(long bytes) {
  /**
   * Looks at the process now.
   *
   * @return what it holds; exact while nobody takes or gives memory
   * @throws IllegalStateException if netpoll-buffer is not on the path
   */
  public static LentMemory now() {
    return new LentMemory(LinkBuffer.memory().inUse());
  }

  /**
   * Waits until no more is held than at this moment.
   *
   * @param patience how long to wait for what is on its way
   * @throws AssertionError if something was kept
   */
  public void awaitReturn(Duration patience) {
    Eventually.passes(
        patience,
        () -> {
          long more = now().bytes() - bytes;
          if (more > 0) {
            throw new AssertionError(
                "There are "
                    + more
                    + " bytes of buffers more in use than before: a connection, buffer, slice or view"
                    + " was not released.");
          }
        });
  }
}
