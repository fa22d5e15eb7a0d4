package io.netpoll.core.execution;

import io.netpoll.core.loop.Log;
import io.netpoll.internal.LibraryThreads;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Logs for the watch-dog, on a thread that ends when it has logged: the logging system may wait for
 * a lock that the very handler holds which is reported, and the watch-dog must not. While {@link
 * #MOST} messages wait, further ones are dropped.
 */
final class StallLog implements BiConsumer<String, @Nullable Throwable> {
  private static final int MOST = 64;

  static final StallLog SHARED = new StallLog(new LoopLog());

  private static final class LoopLog implements BiConsumer<String, @Nullable Throwable> {
    @Override
    public void accept(String text, @Nullable Throwable stack) {
      Log.LOOP.log(System.Logger.Level.WARNING, text, stack);
    }
  }

  private record Message(String text, @Nullable Throwable stack) {}

  private final BiConsumer<String, @Nullable Throwable> logger;
  private final ConcurrentLinkedQueue<Message> messages = new ConcurrentLinkedQueue<>();

  /**
   * Messages that were not logged yet; the thread that counts from zero starts the logging thread.
   */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Hands messages to {@code logger}. */
  StallLog(BiConsumer<String, @Nullable Throwable> logger) {
    this.logger = logger;
  }

  /** Has a message logged, soon. The watch-dog only. */
  @Override
  public void accept(String text, @Nullable Throwable stack) {
    if (waiting.get() >= MOST) {
      return;
    }
    messages.add(new Message(text, stack));
    if (waiting.getAndIncrement() == 0) {
      start();
    }
  }

  private void start() {
    try {
      LibraryThreads.daemon("netpoll-watch-dog-log", this::logAll).start();
    } catch (OutOfMemoryError noThread) { // then there is nobody to log that either
      messages.clear();
      waiting.set(0);
    }
  }

  private void logAll() {
    do {
      Message next = messages.remove();
      try {
        logger.accept(next.text(), next.stack());
      } catch (Throwable cannotLog) {
        // The logging system is broken, and there is no other place to say so.
      }
    } while (waiting.decrementAndGet() > 0);
  }
}
