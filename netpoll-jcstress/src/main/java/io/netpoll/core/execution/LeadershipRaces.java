package io.netpoll.core.execution;

import io.netpoll.core.group.SteppedLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/**
 * The ways out of user code, two at a time, and the watch-dog that falls asleep meanwhile: {@link
 * Leadership}, {@link WatchDog}.
 */
public final class LeadershipRaces {
  private static final int FIRST = 1;
  private static final int HANDED = 2;
  private static final int TAKEN = 3;

  private LeadershipRaces() {}

  /** A loop whose first leader is in user code. */
  abstract static class Led {
    final Leadership leadership = new Leadership();
    final long entered;

    Led() {
      leadership.begin(FIRST);
      entered = leadership.enter();
    }

    /** Takes over if the leader is still in the call that was seen a tick before. */
    final boolean takeOver() {
      long seen = leadership.seen();
      return seen == entered && leadership.passTo(seen, TAKEN);
    }

    /** Who leads, outside of user code. */
    final String leaders() {
      StringBuilder leaders = new StringBuilder();
      for (int number = FIRST; number <= TAKEN; number++) {
        if (leadership.isLeading(number)) {
          leaders.append(number);
        }
      }
      return leaders.toString();
    }
  }

  /** The leader hands the loop over, to wait, while the watch-dog takes it over. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, 2", expect = Expect.ACCEPTABLE, desc = "Handed over.")
  @Outcome(id = "false, true, 3", expect = Expect.ACCEPTABLE, desc = "Taken over.")
  public static class HandoffBesidePreemption extends Led {
    @Actor
    public void handOver(ZZL_Result r) {
      r.r1 = leadership.passTo(entered, HANDED);
    }

    @Actor
    public void watch(ZZL_Result r) {
      r.r2 = takeOver();
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      r.r3 = leaders();
    }
  }

  /** User code returns, for good or to end the loop, while the watch-dog takes the loop over. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "Still the leader.")
  @Outcome(id = "false, true, 3", expect = Expect.ACCEPTABLE, desc = "Taken over.")
  public static class ReturnBesideTakeOver extends Led {
    @Actor
    public void leave(ZZL_Result r) {
      r.r1 = leadership.leave(entered);
    }

    @Actor
    public void watch(ZZL_Result r) {
      r.r2 = takeOver();
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      r.r3 = leaders();
    }
  }

  /** The leader is in its next call of user code when the watch-dog acts on the one before. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "It came too late.")
  @Outcome(id = "false, true, 3", expect = Expect.ACCEPTABLE, desc = "It was in time.")
  public static class NextCallBesideTakeOver extends Led {
    @Actor
    public void goOn(ZZL_Result r) {
      r.r1 = leadership.leave(entered) && leadership.leave(leadership.enter());
    }

    @Actor
    public void watch(ZZL_Result r) {
      r.r2 = takeOver();
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      r.r3 = leaders();
    }
  }

  /** What a leader did to the loop is seen by the one that the watch-dog makes the next. */
  @JCStressTest
  @State
  @Outcome(
      id = "1, true, preempted true",
      expect = Expect.ACCEPTABLE,
      desc = "The next leader sees it.")
  @Outcome(
      id = "-, false, returned true",
      expect = Expect.ACCEPTABLE,
      desc = "Too late, or too early.")
  public static class TakeOverSeesTheLoop {
    private final Leadership leadership = new Leadership();
    private int loop;

    public TakeOverSeesTheLoop() {
      leadership.begin(FIRST);
    }

    @Actor
    public void call(LLL_Result r) {
      loop = 1;
      r.r3 = leadership.leave(leadership.enter()) ? "returned" : "preempted";
    }

    @Actor
    public void watch(LLL_Result r) {
      boolean taken = leadership.passTo(leadership.seen(), TAKEN);
      r.r1 = taken ? loop : "-";
      r.r2 = taken;
    }

    @Arbiter
    public void finish(LLL_Result r) {
      r.r3 = r.r3 + " " + (leadership.isLeading(FIRST) ^ leadership.isLeading(TAKEN));
    }
  }

  /** A loop calls user code while the watch-dog, which saw all quiet, falls asleep. */
  @JCStressTest
  @State
  @Outcome(
      id = "watches",
      expect = Expect.ACCEPTABLE,
      desc = "The watch-dog saw the call, or was woken.")
  public static class CallBesideSleep {
    private final WatchDog watchDog = new WatchDog();
    private final SteppedLoop stepped = SteppedLoop.adaptive(watchDog);

    public CallBesideSleep() {
      watchDog.wake();
      stepped.loop.handlers.watch.look();
      stepped.loop.handlers.loop.makeReady(() -> {});
    }

    @Actor
    public void call() {
      stepped.lead();
    }

    @Actor
    public void sleep() {
      watchDog.fallAsleep();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = watchDog.isAsleep() ? "sleeps" : "watches";
    }
  }
}
