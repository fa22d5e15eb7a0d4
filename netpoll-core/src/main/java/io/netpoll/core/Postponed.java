package io.netpoll.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What could not be done because there was no memory for it, to be tried again by the leader of a
 * loop. Nothing is allocated here: a stack, linked through what is postponed.
 *
 * <p>A step is in the stack at most once. Who adds one that is there already adds nothing: its
 * retry is to come, and as it leaves the stack before that, by a full fence, it sees all that was
 * done before.
 */
final class Postponed {
  private static final VarHandle TOP;
  private static final VarHandle BELOW;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(Postponed.class, "top", Step.class);
      BELOW = lookup.findVarHandle(Step.class, "below", Step.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What may have to be tried again. */
  abstract static class Step {
    /** Null outside of a stack; {@link #BOTTOM} below the last. */
    private volatile @Nullable Step below;

    /** Tries again; postpones itself anew where that fails. Leader only. */
    abstract void retry();

    /** The loop has ended: does what has to be done without it. */
    abstract void abandon();

    /**
     * Leaves the stack, which was taken; to be asked before this step is tried again.
     *
     * @return the step that was postponed before this one, if there is one
     */
    @Nullable Step leave() {
      Step next = (Step) BELOW.getAndSet(this, null);
      return next == BOTTOM ? null : next;
    }
  }

  /** What is below the last step; it does nothing. */
  private static final class Bottom extends Step {
    @Override
    void retry() {}

    @Override
    void abandon() {}
  }

  private static final Step BOTTOM = new Bottom();

  static {
    // The virtual machine takes memory for each use of a VarHandle when it is first come to.
    Postponed linked = new Postponed();
    linked.add(new Bottom());
    Objects.requireNonNull(linked.takeAll()).leave();
  }

  private volatile @Nullable Step top;

  /** Adds a step, unless it is in there. Any thread. */
  void add(Step step) {
    if (!BELOW.compareAndSet(step, null, BOTTOM)) {
      return;
    }
    Step seen;
    do {
      seen = top;
      step.below = seen == null ? BOTTOM : seen;
    } while (!TOP.compareAndSet(this, seen, step));
  }

  boolean isEmpty() {
    return top == null;
  }

  /** Takes all steps, the last one first, each to {@link Step#leave}; null if there is none. */
  @Nullable Step takeAll() {
    return top == null ? null : (Step) TOP.getAndSet(this, null);
  }
}
