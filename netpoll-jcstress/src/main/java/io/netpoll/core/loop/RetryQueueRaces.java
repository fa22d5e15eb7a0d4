package io.netpoll.core.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Nothing that is postponed is lost, and nothing is in the stack twice: {@link RetryQueue}. */
public final class RetryQueueRaces {
  private RetryQueueRaces() {}

  private static final class Counted extends RetryQueue.Step {
    /** What is to be done; published by who postpones. */
    volatile boolean asked;

    int retries;
    boolean done;

    @Override
    public void retry() {
      retries++;
      done |= asked;
    }

    @Override
    public void abandon() {}
  }

  /** Two threads postpone steps of their own. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both are tried again, once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "One was lost, or tried twice.")
  public static class AddAndAdd {
    private final RetryQueue postponed = new RetryQueue();
    private final Counted one = new Counted();
    private final Counted two = new Counted();

    @Actor
    public void first() {
      postponed.add(one);
    }

    @Actor
    public void second() {
      postponed.add(two);
    }

    @Arbiter
    public void count(II_Result result) {
      postponed.retryAll();
      result.r1 = one.retries;
      result.r2 = two.retries;
    }
  }

  /** A step that waits is postponed again while the leader takes it. */
  @JCStressTest
  @State
  @Outcome(id = "done", expect = Expect.ACCEPTABLE, desc = "A retry saw what was asked.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "No retry saw it, or the stack is broken.")
  public static class AddAgainAndTake {
    private final RetryQueue postponed = new RetryQueue();
    private final Counted below = new Counted();
    private final Counted step = new Counted();

    public AddAgainAndTake() {
      postponed.add(below);
      postponed.add(step);
    }

    @Actor
    public void add() {
      step.asked = true;
      postponed.add(step);
    }

    @Actor
    public void take() {
      postponed.retryAll();
    }

    @Arbiter
    public void look(L_Result result) {
      postponed.retryAll();
      result.r1 = step.done && below.retries == 1 && postponed.isEmpty() ? "done" : "lost";
    }
  }
}
