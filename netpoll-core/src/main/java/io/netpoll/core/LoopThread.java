package io.netpoll.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that leads poll loops, or waits to lead one, or has passed its loop on and goes
 * on with the handler that it was in.
 *
 * <p>The fields are the thread's own, but for {@code inPlace}, which wakers read.
 */
final class LoopThread extends Thread {
  private static final AtomicInteger GROUPS = new AtomicInteger();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Identifies the thread in a {@link Leadership} word. */
  final int number = NUMBERS.incrementAndGet() & 0xff_ffff;

  /** The loop whose user code this thread is in; null outside of user code. */
  private @Nullable PollLoop loop;

  /** The word that its call of user code began with; NONE once it has passed the loop on. */
  private long entered;

  /** The loop that this thread leads while it waits for something; null otherwise. */
  private volatile @Nullable PollLoop inPlace;

  LoopThread(Runnable body, String name) {
    super(null, body, name, 0, false);
    setDaemon(true);
  }

  /** A name part for a group that was given none. */
  static String nextGroupName() {
    return Integer.toString(GROUPS.incrementAndGet());
  }

  /** The calling thread, if it is one of these. */
  static @Nullable LoopThread current() {
    return Thread.currentThread() instanceof LoopThread thread ? thread : null;
  }

  /** Notes the beginning of a call of user code. */
  void enter(PollLoop loop, long entered) {
    this.loop = loop;
    this.entered = entered;
  }

  /** Notes its end. */
  void leave() {
    loop = null;
    entered = Leadership.NONE;
  }

  /** The loop that this thread leads from within user code, as far as it knows; else null. */
  @Nullable PollLoop ledLoop() {
    return entered == Leadership.NONE ? null : loop;
  }

  /** Whether this thread is in user code of a loop that cannot be passed on. */
  boolean mustNotWait() {
    return loop == null || !loop.isMovable();
  }

  /** Notes that this thread polls while it waits, or does so no longer. */
  void waitsInPlace(@Nullable PollLoop loop) {
    inPlace = loop;
  }

  /** Ends its poll, if it waits in one. Any thread, after it made true what is waited for. */
  void wakeInPlace() {
    PollLoop polled = inPlace;
    if (polled != null) {
      polled.execute(() -> {});
    }
  }

  long entered() {
    return entered;
  }

  /**
   * The loop was passed on, or taken over: the thread is an ordinary one until its handler ends.
   */
  void passedOn() {
    entered = Leadership.NONE;
  }
}
