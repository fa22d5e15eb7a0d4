package io.netpoll.core.group;

import io.netpoll.spi.InputWait;
import java.util.concurrent.atomic.AtomicBoolean;

/** Remembers that it was woken. */
final class SteppedWait implements InputWait {
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Whether it was woken since this was asked last. */
  boolean takeWoken() {
    return woken.getAndSet(false);
  }

  @Override
  public void wakeup() {
    woken.set(true);
  }

  @Override
  public void close() {}
}
