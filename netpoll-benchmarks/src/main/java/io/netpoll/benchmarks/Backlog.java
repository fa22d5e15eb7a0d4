package io.netpoll.benchmarks;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one subscriber: frames that all subscribers share. Any thread offers, one thread
 * at a time takes and sends.
 */
final class Backlog {
  /** How many bytes may wait for a subscriber: while there are more, frames are dropped for it. */
  static final int LIMIT = 1 << 20;

  private final BlockingQueue<ByteBuffer> frames = new LinkedBlockingQueue<>();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * Takes a frame, if not too much waits already.
   *
   * @param frame whose content nobody changes any more; its position does not move
   * @return false if it is dropped
   */
  boolean offer(ByteBuffer frame) {
    if (bytes.get() > LIMIT) {
      return false;
    }
    bytes.addAndGet(frame.remaining());
    return frames.add(frame.duplicate());
  }

  /** The next frame, to be sent; {@link #sent} follows. Null if there is none. */
  @Nullable ByteBuffer poll() {
    return frames.poll();
  }

  /** Waits for frames, which are to be sent; {@link #sent} follows. */
  void take(Collection<ByteBuffer> some, int most) throws InterruptedException {
    some.add(frames.take());
    frames.drainTo(some, most - 1);
  }

  /** So many bytes of the frames that were taken wait no more. */
  void sent(long count) {
    bytes.addAndGet(-count);
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }
}
