package io.netpoll.core.execution;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** Threads that wait to lead a loop: {@link FollowerThreads}. */
public final class FollowerThreadsRaces {
  private FollowerThreadsRaces() {}

  /** Two threads wait, which are never started; there may be no others. */
  abstract static class Waiting {
    final FollowerThreads spares = new FollowerThreads(0);
    final FollowerThreads.Follower first = spares.new Follower("first");
    final FollowerThreads.Follower second = spares.new Follower("second");

    Waiting() {
      spares.giveBack(first);
      spares.giveBack(second);
    }

    final String take() {
      return name(spares.take());
    }

    final String name(FollowerThreads.Follower spare) {
      return spare == null ? "none" : spare == first ? "first" : "second";
    }
  }

  /** Two loops take a thread each. */
  @JCStressTest
  @State
  @Outcome(id = "first, second", expect = Expect.ACCEPTABLE, desc = "Each has its own.")
  @Outcome(id = "second, first", expect = Expect.ACCEPTABLE, desc = "Each has its own.")
  public static class TakeBesideTake extends Waiting {
    @Actor
    public void one(LL_Result r) {
      r.r1 = take();
    }

    @Actor
    public void other(LL_Result r) {
      r.r2 = take();
    }

    @Arbiter
    public void finish(LL_Result r) {
      if (!take().equals("none")) {
        r.r1 = "one is there twice";
      }
    }
  }

  /** A thread comes back while another is taken. */
  @JCStressTest
  @State
  @Outcome(id = "first, second", expect = Expect.ACCEPTABLE, desc = "Taken before it came back.")
  @Outcome(id = "second, first", expect = Expect.ACCEPTABLE, desc = "It was taken at once.")
  public static class GiveBackBesideTake extends Waiting {
    public GiveBackBesideTake() {
      spares.take();
    }

    @Actor
    public void giveBack() {
      spares.giveBack(second);
    }

    @Actor
    public void takeOne(LL_Result r) {
      r.r1 = take();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = take();
    }
  }

  /** Both threads end for want of work, while a loop needs one: one stays. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, second", expect = Expect.ACCEPTABLE, desc = "The second stays.")
  @Outcome(id = "false, true, first", expect = Expect.ACCEPTABLE, desc = "The first stays.")
  public static class RetireBesideRetire extends Waiting {
    public RetireBesideRetire() {
      spares.loopsChanged(1);
    }

    @Actor
    public void retireFirst(ZZL_Result r) {
      r.r1 = spares.retire(first);
    }

    @Actor
    public void retireSecond(ZZL_Result r) {
      r.r2 = spares.retire(second);
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      r.r3 = take();
    }
  }

  /** A thread ends for want of work while it is taken. */
  @JCStressTest
  @State
  @Outcome(
      id = "true, first",
      expect = Expect.ACCEPTABLE,
      desc = "It ended, and the other was taken.")
  @Outcome(id = "false, second", expect = Expect.ACCEPTABLE, desc = "It was taken.")
  public static class RetireBesideTake extends Waiting {
    @Actor
    public void retire(LL_Result r) {
      r.r1 = spares.retire(second);
    }

    @Actor
    public void takeOne(LL_Result r) {
      r.r2 = take();
    }

    @Arbiter
    public void finish(LL_Result r) {
      if (r.r2.equals("second") && !take().equals("first")) {
        r.r2 = "second, and lost the first";
      }
    }
  }
}
