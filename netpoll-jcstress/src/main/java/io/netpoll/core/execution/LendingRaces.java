package io.netpoll.core.execution;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** A loop that its leader lends to its deputy: {@link Lending}. */
public final class LendingRaces {
  private static final long LONG = TimeUnit.SECONDS.toNanos(10);

  private LendingRaces() {}

  /** The leader takes the loop back while the deputy takes a turn, and sees what that did. */
  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The leader was faster.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The deputy was faster.")
  public static class HoldBesideTakeBack {
    private final Lending lending = new Lending(true, LONG);
    private int owned;

    public HoldBesideTakeBack() {
      lending.lend();
    }

    @Actor
    public void deputy(II_Result r) {
      if (lending.hold()) {
        owned++;
        r.r1 = 1;
        lending.giveBack();
      }
    }

    @Actor
    public void lead(II_Result r) {
      lending.awaitReturn(() -> 0, () -> true);
      r.r2 = owned;
    }
  }

  /** The leader takes the loop back while the deputy lends it on, and sees what that did. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Taken back behind the turn.")
  public static class LendOnBesideTakeBack {
    private final Lending lending = new Lending(true, LONG);
    private int owned;

    public LendOnBesideTakeBack() {
      lending.lend();
      lending.hold();
    }

    @Actor
    public void deputy() {
      owned = 1;
      lending.lendOn();
      lending.wakeLeader();
    }

    @Actor
    public void lead(I_Result r) {
      lending.awaitReturn(() -> 0, () -> true);
      r.r1 = owned;
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
      lending.lend();
      lending.awaitReturn(() -> 0, () -> task);
      r.r1 = System.nanoTime() - start < LONG ? "in time" : "late";
    }
  }

  /** A loop that its leader lends while the deputy waits for it. */
  abstract static class Loan {
    final Lending lending = new Lending(true, LONG);
    int owned;
    private volatile boolean over;

    /** Whether the deputy got the loop before the leader had it back. */
    final boolean hold() {
      while (!over) {
        if (lending.hold()) {
          owned = 1;
          return true;
        }
      }
      return false;
    }

    /** Lends the loop, as the leader, and tells when it is back. */
    final String lend(BooleanSupplier isWanted) {
      long start = System.nanoTime();
      lending.lend();
      lending.awaitReturn(() -> 0, isWanted);
      over = true;
      return System.nanoTime() - start < LONG ? "in time" : "late";
    }
  }

  /** A task comes while the deputy holds the loop, and lends it on while the leader looks. */
  @JCStressTest
  @State
  @Outcome(
      id = {"in time, 0", "in time, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "The leader saw it.")
  public static class TaskBesideLendOn extends Loan {
    private volatile boolean task;

    @Actor
    public void deputy() {
      if (hold()) {
        task = true;
        VarHandle.fullFence();
        lending.wakeLeader();
        lending.lendOn();
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
    public void deputy() {
      if (hold()) {
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
