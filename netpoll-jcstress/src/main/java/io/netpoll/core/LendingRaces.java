package io.netpoll.core;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A loop that its leader lends to callers: {@link Lending}. */
public final class LendingRaces {
  private static final long LONG = TimeUnit.SECONDS.toNanos(10);

  private LendingRaces() {}

  /** A loop whose {@code owned} stands for all that only its owner touches. */
  abstract static class Lent {
    final Lending lending = new Lending(true, LONG);
    int owned;

    Lent(int callers) {
      lending.lend(callers);
    }

    final boolean borrow() {
      boolean borrowed = lending.borrow();
      if (borrowed) {
        owned++;
      }
      return borrowed;
    }
  }

  /** The last two callers wait again. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "One was the last.")
  @Outcome(id = "false, true, 1", expect = Expect.ACCEPTABLE, desc = "The other was the last.")
  public static class WaitBesideWait extends Lent {
    public WaitBesideWait() {
      super(2);
    }

    @Actor
    public void one(ZZI_Result r) {
      r.r1 = borrow();
    }

    @Actor
    public void other(ZZI_Result r) {
      r.r2 = borrow();
    }

    @Arbiter
    public void finish(ZZI_Result r) {
      r.r3 = owned;
    }
  }

  /** A caller that was not counted waits beside the last that was. */
  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "One was faster.")
  @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The other was faster.")
  public static class WaitBesideStranger extends Lent {
    public WaitBesideStranger() {
      super(1);
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = borrow();
    }

    @Actor
    public void stranger(ZZ_Result r) {
      r.r2 = borrow();
    }
  }

  /** The leader takes the loop back while a caller borrows it, and sees what that did. */
  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The leader was faster.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The caller was faster.")
  public static class WaitBesideTakeBack extends Lent {
    public WaitBesideTakeBack() {
      super(1);
    }

    @Actor
    public void caller(II_Result r) {
      if (borrow()) {
        r.r1 = 1;
        lending.giveBack();
      }
    }

    @Actor
    public void lead(II_Result r) {
      lending.awaitReturn(() -> true);
      r.r2 = owned;
    }
  }

  /** What the owner before did is seen by the next one. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Not lent on in time.")
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "Borrowed, with all that was done.")
  public static class WaitBesideLendOn extends Lent {
    public WaitBesideLendOn() {
      super(1);
      borrow();
    }

    @Actor
    public void lendOn() {
      lending.lendOn(1);
    }

    @Actor
    public void caller(I_Result r) {
      r.r1 = borrow() ? owned : 0;
    }
  }

  /** A task comes while the leader lends the loop and parks: it is not left until patience ends. */
  @JCStressTest
  @State
  @Outcome(id = "in time", expect = Expect.ACCEPTABLE, desc = "The leader saw it.")
  public static class TaskBesideLoan {
    private final Lending lending = new Lending(true, LONG);
    private volatile boolean task;

    @Actor
    public void handIn() {
      task = true;
      VarHandle.fullFence();
      lending.wakeLeader();
    }

    @Actor
    public void lead(L_Result r) {
      long start = System.nanoTime();
      lending.lend(1);
      lending.awaitReturn(() -> task);
      r.r1 = System.nanoTime() - start < LONG ? "in time" : "late";
    }
  }

  /** A loop that its leader lends while a caller waits to borrow it. */
  abstract static class Loan {
    final Lending lending = new Lending(true, LONG);
    int owned;
    private volatile boolean over;

    /** Whether the caller got the loop before the leader had it back. */
    final boolean borrow() {
      while (!over) {
        if (lending.borrow()) {
          owned = 1;
          return true;
        }
      }
      return false;
    }

    /** Lends the loop, as the leader, and tells when it is back. */
    final String lend(BooleanSupplier isWanted) {
      long start = System.nanoTime();
      lending.lend(1);
      lending.awaitReturn(isWanted);
      over = true;
      return System.nanoTime() - start < LONG ? "in time" : "late";
    }
  }

  /** A task comes while the loop is borrowed; the caller lends it on while the leader looks. */
  @JCStressTest
  @State
  @Outcome(
      id = {"in time, 0", "in time, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "The leader saw it.")
  public static class TaskBesideLendOn extends Loan {
    private volatile boolean task;

    @Actor
    public void caller() {
      if (borrow()) {
        task = true;
        VarHandle.fullFence();
        lending.wakeLeader();
        lending.lendOn(1);
        if (task) {
          lending.wakeLeader();
        }
      }
    }

    @Actor
    public void lead(LI_Result r) {
      r.r1 = lend(() -> task);
      r.r2 = owned;
    }
  }

  /** The loop is given back while the leader is about to park. */
  @JCStressTest
  @State
  @Outcome(id = "in time, 1", expect = Expect.ACCEPTABLE, desc = "With all that was done.")
  @Outcome(id = "in time, 0", expect = Expect.ACCEPTABLE, desc = "Taken back before.")
  public static class GiveBackBesidePark extends Loan {
    @Actor
    public void caller() {
      if (borrow()) {
        lending.giveBack();
      }
    }

    @Actor
    public void lead(LI_Result r) {
      r.r1 = lend(() -> false);
      r.r2 = owned;
    }
  }
}
