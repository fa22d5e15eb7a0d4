package io.netpoll.core.loop;

import io.netpoll.internal.LogLimit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What could not be done because there was no memory for it, to be tried again by the leader of a
 * loop, after {@link #RETRY_NANOS} at most. Nothing is allocated here, but for the message: a
 * stack, linked through what is postponed.
 *
 * <p>Any thread adds a step; {@link LoopTasks#postpone} wakes the leader after that. The leader
 * tries again, and a thread that finds that the loop has ended abandons what is here.
 *
 * <p>A step is in the stack at most once. A thread that adds one that is there already adds
 * nothing: its retry will come, and as it leaves the stack before that, by a full fence, it sees
 * all that was done before.
 */
public final class RetryQueue {
  /**
   * How long what there was no memory for waits until it is tried again. A constant of the
   * compiler's: to read it, no class has to be there.
   */
  public static final long RETRY_NANOS = 10_000_000;

  private static final String MESSAGE =
      "A step of a connection could not be taken and is tried again every 10 ms: give the process"
          + " more memory, or its executor more room.";

  private static final LogLimit MESSAGES = new LogLimit();

  private static final VarHandle TOP;
  private static final VarHandle BELOW;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(RetryQueue.class, "top", Step.class);
      BELOW = lookup.findVarHandle(Step.class, "below", Step.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What may have to be tried again. */
  public abstract static class Step {
    /** Null outside of a stack; {@link #BOTTOM} below the last. */
    private volatile @Nullable Step below;

    /** Tries again; postpones itself anew where that fails. Leader only. */
    public abstract void retry();

    /** The loop has ended: does what has to be done without it. */
    public abstract void abandon();

    /**
     * Leaves the stack, which was taken; to be asked before this step is tried again.
     *
     * @return the step that was postponed before this one, if there is one
     */
    public @Nullable Step leave() {
      Step next = (Step) BELOW.getAndSet(this, null);
      return next == BOTTOM ? null : next;
    }
  }

  /** What is below the last step; it does nothing. */
  private static final class Bottom extends Step {
    @Override
    public void retry() {}

    @Override
    public void abandon() {}
  }

  private static final Step BOTTOM = new Bottom();

  static {
    // The virtual machine takes memory for each use of a VarHandle when it is first come to.
    RetryQueue linked = new RetryQueue();
    linked.add(new Bottom());
    linked.retryAll();
    linked.abandonAll();
  }

  private volatile @Nullable Step top;

  /** Adds a step, unless it is in there. Any thread. */
  public void add(Step step) {
    if (!BELOW.compareAndSet(step, null, BOTTOM)) {
      return;
    }
    Step seen;
    do {
      seen = top;
      step.below = seen == null ? BOTTOM : seen;
    } while (!TOP.compareAndSet(this, seen, step));
  }

  public boolean isEmpty() {
    return top == null;
  }

  /** Takes all steps, the last one first, each to {@link Step#leave}; null if there is none. */
  public @Nullable Step takeAll() {
    return top == null ? null : (Step) TOP.getAndSet(this, null);
  }

  /** Tries all steps again; what fails again is postponed anew. Leader only. Throws nothing. */
  void retryAll() {
    Step step = takeAll();
    while (step != null) {
      Step below = step.leave();
      try {
        step.retry();
      } catch (Throwable t) {
        LoopFailures.goesOnAfter(t);
      }
      step = below;
    }
  }

  /**
   * Abandons all steps: the loop has ended. Any thread. Throws nothing. A twin of {@link
   * #retryAll}, since what they could share the code by, a lambda, needs memory at its first use.
   */
  void abandonAll() {
    Step step = takeAll();
    while (step != null) {
      Step below = step.leave();
      try {
        step.abandon();
      } catch (Throwable t) {
        LoopFailures.goesOnAfter(t);
      }
      step = below;
    }
  }

  /** Says now and then that steps are postponed; throws nothing. */
  static void report(Throwable cause) {
    try {
      if (MESSAGES.permits()) {
        LoopFailures.report(MESSAGE, cause);
      }
    } catch (Error noMemory) {
      // There is none to load the text: nothing else depends on it.
    }
  }
}
