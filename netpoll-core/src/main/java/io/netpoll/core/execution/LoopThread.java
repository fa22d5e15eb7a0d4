package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopTasks;
import io.netpoll.internal.LibraryThreads;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that leads poll loops, or waits to lead one, or has passed its loop on and goes
 * on with the handler that it was in.
 *
 * <p>The fields are the thread's own, but for {@code inPlace}, which wakers read.
 */
public final class LoopThread extends Thread {
  private static final AtomicInteger GROUPS = new AtomicInteger();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Identifies the thread in a {@link Leadership} word. */
  final int number = NUMBERS.incrementAndGet() & 0xff_ffff;

  /** The loop whose user code this thread is in; null outside of user code. */
  private @Nullable HandlerLoop loop;

  /** The word that its call of user code began with; NONE once it has passed the loop on. */
  private long entered;

  /** Whether the run that this thread is in may leave its sends to the end of the turn. */
  private boolean leavesSends;

  /** The run that this thread is in, if it holds flushes back. */
  private @Nullable HandlerTask holding;

  /** What the run left to be sent. */
  private @Nullable LeftOutput unsent;

  /** The tasks of the loop that this thread leads while it waits for something; null otherwise. */
  private volatile @Nullable LoopTasks inPlace;

  /** To be made by {@link #of}, except where a test makes one that is never started. */
  public LoopThread(Runnable body, String name) {
    super(LibraryThreads.group(), body, name, 0, false);
    setDaemon(true);
  }

  /** Makes one that is not started, and takes nothing over from the calling thread. */
  public static LoopThread of(Runnable body, String name) {
    return LibraryThreads.make(new Maker(body, name));
  }

  /** No lambda: these threads are on the way of a process's first dial. */
  private record Maker(Runnable body, String name) implements Supplier<LoopThread> {
    @Override
    public LoopThread get() {
      return new LoopThread(body, name);
    }
  }

  /** A name part for a group that was given none. */
  public static String nextGroupName() {
    return Integer.toString(GROUPS.incrementAndGet());
  }

  /** The calling thread, if it is one of these. */
  public static @Nullable LoopThread current() {
    return Thread.currentThread() instanceof LoopThread thread ? thread : null;
  }

  /**
   * Notes the beginning of a call of user code.
   *
   * @param leavesSends whether others have their turn after it, and all sends come after them
   */
  void enter(HandlerLoop loop, long entered, boolean leavesSends) {
    this.loop = loop;
    this.entered = entered;
    this.leavesSends = leavesSends;
  }

  /** Notes its end. */
  void leave() {
    loop = null;
    entered = Leadership.NONE;
    leavesSends = false;
  }

  /** Whether a run of {@code loop} that this thread is in may leave what it flushes to its turn. */
  public boolean leavesSends(HandlerLoop loop) {
    return leavesSends && this.loop == loop && loop.isLedFromWithin(this);
  }

  /** The run leaves this to be sent by its caller. */
  public void leaveUnsent(LeftOutput out) {
    unsent = out;
  }

  /** Takes what the run left, if there is something. */
  @Nullable LeftOutput takeUnsent() {
    LeftOutput left = unsent;
    unsent = null;
    return left;
  }

  /** The run that this thread is in, if it holds flushes back. */
  @Nullable HandlerTask holding() {
    return holding;
  }

  /** Sets it. */
  void setHolding(@Nullable HandlerTask run) {
    holding = run;
  }

  /** The loop that this thread leads from within user code, as far as it knows; else null. */
  @Nullable HandlerLoop ledLoop() {
    return entered == Leadership.NONE ? null : loop;
  }

  /** Whether this thread is in user code of a loop that cannot be passed on. */
  boolean mustNotWait() {
    return loop == null || !loop.isMovable();
  }

  /** Notes that this thread polls while it waits, or does so no longer. */
  void waitsInPlace(@Nullable LoopTasks tasks) {
    inPlace = tasks;
    VarHandle.fullFence(); // pairs with those of wakers, which make true what is waited for before
  }

  /** Ends its poll, if it waits in one. Any thread, after it made true what is waited for. */
  void wakeInPlace() {
    LoopTasks polled = inPlace;
    if (polled != null) {
      polled.wake();
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
