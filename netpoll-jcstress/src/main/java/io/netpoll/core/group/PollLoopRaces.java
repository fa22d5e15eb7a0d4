package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZLL_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;

/** The tasks and the end of a poll loop. */
public final class PollLoopRaces {
  private PollLoopRaces() {}

  /** A task is handed in while the loop finds nothing to do and falls asleep. */
  @JCStressTest
  @State
  @Outcome(id = "run", expect = Expect.ACCEPTABLE, desc = "It was run.")
  @Outcome(id = "woken", expect = Expect.ACCEPTABLE, desc = "The loop was woken to run it.")
  public static class TaskBesideSleep {
    private final SteppedLoop stepped = SteppedLoop.inline();
    private boolean run;

    @Actor
    public void handIn() {
      stepped.loop.execute(() -> run = true);
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = run ? "run" : stepped.poller.wasWoken() ? "woken" : "left behind";
    }
  }

  /** Two threads hand in tasks for a loop that sleeps. */
  @JCStressTest
  @State
  @Outcome(id = "true, 12", expect = Expect.ACCEPTABLE, desc = "It was woken, and has run both.")
  @Outcome(id = "true, 21", expect = Expect.ACCEPTABLE, desc = "It was woken, and has run both.")
  public static class TaskBesideTask {
    private final SteppedLoop stepped = SteppedLoop.inline();
    private final StringBuilder run = new StringBuilder();

    public TaskBesideTask() {
      stepped.lead();
    }

    @Actor
    public void one() {
      stepped.loop.execute(() -> run.append(1));
    }

    @Actor
    public void other() {
      stepped.loop.execute(() -> run.append(2));
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = stepped.poller.wasWoken();
      stepped.lead();
      r.r2 = run.toString();
    }
  }

  /** A task is handed in while the loop ends: it is run or refused. */
  @JCStressTest
  @State
  @Outcome(id = "true, run, ended", expect = Expect.ACCEPTABLE, desc = "It was run.")
  @Outcome(id = "false, not run, ended", expect = Expect.ACCEPTABLE, desc = "It was refused.")
  public static class TaskBesideEnd {
    private final SteppedLoop stepped = SteppedLoop.inline();
    private boolean run;

    public TaskBesideEnd() {
      stepped.loop.close();
    }

    @Actor
    public void handIn(ZLL_Result r) {
      r.r1 = stepped.loop.execute(() -> run = true);
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void finish(ZLL_Result r) {
      r.r2 = run ? "run" : "not run";
      r.r3 = stepped.loop.end().isDone() ? "ended" : "goes on";
    }
  }

  /** Something to do in an hour, on a loop whose group has no other to take it over. */
  abstract static class InAnHour {
    final SteppedLoop stepped = SteppedLoop.inline();
    private int told;
    final Delayed delayed = stepped.delayed(() -> told--, why -> told++);

    final String state() {
      return "told " + told + ", " + (stepped.loop.end().isDone() ? "ended" : "goes on");
    }
  }

  /** A timer is asked for while the loop ends: it is refused, or whoever asked is told. */
  @JCStressTest
  @State
  @Outcome(id = "true, told 1, ended", expect = Expect.ACCEPTABLE, desc = "It was told.")
  @Outcome(id = "false, told 0, ended", expect = Expect.ACCEPTABLE, desc = "It was refused.")
  public static class TimerBesideEnd extends InAnHour {
    public TimerBesideEnd() {
      stepped.loop.close();
    }

    @Actor
    public void arm(ZL_Result r) {
      r.r1 = delayed.arm(stepped.loop);
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void finish(ZL_Result r) {
      r.r2 = state();
    }
  }

  /** A timer is cancelled while the loop ends. */
  @JCStressTest
  @State
  @Outcome(id = "told 1, ended", expect = Expect.ACCEPTABLE, desc = "The loop was faster.")
  @Outcome(id = "told 0, ended", expect = Expect.ACCEPTABLE, desc = "The canceller was faster.")
  public static class CancelBesideEnd extends InAnHour {
    public CancelBesideEnd() {
      delayed.arm(stepped.loop);
      stepped.lead();
      stepped.loop.close();
    }

    @Actor
    public void cancel() {
      delayed.cancel();
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = state();
    }
  }

  /** A timer is cancelled while another loop takes it over: none of them keeps it. */
  @JCStressTest
  @State
  @Outcome(id = "forgotten", expect = Expect.ACCEPTABLE, desc = "No timer is left.")
  public static class CancelBesideMove extends InAnHour {
    private final SteppedLoop next = SteppedLoop.inline();

    public CancelBesideMove() {
      delayed.arm(stepped.loop);
      stepped.lead();
    }

    @Actor
    public void cancel() {
      delayed.cancel();
    }

    @Actor
    public void move() {
      delayed.arm(next.loop);
      next.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      next.lead();
      r.r1 = next.loop.timers().nanosToNext() == Long.MAX_VALUE ? "forgotten" : "left behind";
    }
  }

  /** A place is reserved for a connection, which comes with a task, while the loop ends. */
  abstract static class Reservation {
    final SteppedLoop stepped = SteppedLoop.inline();
    final ConnectionLoop loop = stepped.loop;
    private boolean come;

    final String bringConnection() {
      if (!loop.reserve()) {
        return "not reserved";
      }
      return loop.execute(this::come) ? "ordered" : "refused";
    }

    /** Comes, and goes again. */
    private void come() {
      come = true;
      loop.release();
    }

    /** What has become of the loop when it has done all there was. */
    final String state() {
      if (!loop.end().isDone()) {
        stepped.lead();
      }
      boolean over = loop.end().isDone() && !loop.reserve() && !loop.execute(() -> {});
      return (come ? "has come, " : "has not come, ") + (over ? "over" : "not over");
    }
  }

  /** A retired loop ends with its last connection; one for which a place is reserved counts. */
  @JCStressTest
  @State
  @Outcome(
      id = "not reserved, has not come, over",
      expect = Expect.ACCEPTABLE,
      desc = "The loop was faster.")
  @Outcome(
      id = "ordered, has come, over",
      expect = Expect.ACCEPTABLE,
      desc = "It ended with the connection.")
  public static class ReservationBesideRetirement extends Reservation {
    @Actor
    public void connect(LL_Result r) {
      r.r1 = bringConnection();
    }

    @Actor
    public void retire() {
      loop.retire();
      stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = state();
    }
  }

  /** A loop that is closed ends at once; a connection that comes too late is refused. */
  @JCStressTest
  @State
  @Outcome(
      id = {"not reserved, has not come, over", "refused, has not come, over"},
      expect = Expect.ACCEPTABLE,
      desc = "The loop was faster.")
  @Outcome(
      id = "ordered, has come, over",
      expect = Expect.ACCEPTABLE,
      desc = "It came in time to be closed.")
  public static class ReservationBesideClose extends Reservation {
    @Actor
    public void connect(LL_Result r) {
      r.r1 = bringConnection();
    }

    @Actor
    public void close() {
      loop.close();
      stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = state();
    }
  }
}
