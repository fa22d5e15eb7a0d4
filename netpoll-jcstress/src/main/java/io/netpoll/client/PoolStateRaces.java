package io.netpoll.client;

import io.netpoll.PoolListener.Reason;
import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Callers, dials and connections that end, at a pool of one connection: {@link PoolState}. */
public final class PoolStateRaces {
  private PoolStateRaces() {}

  /** A connection that its poller may find closed. */
  static final class Link {
    volatile boolean closed;

    /** Written by its user only, and seen by the next one. */
    int uses;
  }

  /** A caller whose wake-up is noted. */
  static final class Caller extends Waiter<Link> {
    volatile boolean woken;

    @Override
    void wake() {
      woken = true;
    }

    final String outcome() {
      if (!isServed()) {
        return "waits";
      }
      return (place() != null ? "served" : "failed") + (woken ? "" : " and not woken");
    }
  }

  /** A pool with one connection, which is lent, idle, or being dialled. */
  abstract static class Pool {
    final Link link = new Link();
    final PoolState<Link> state =
        new PoolState<>(
            "a test",
            new PoolState.Bounds(0, 1, 0, 0),
            connection -> connection.closed ? Reason.CLOSED : null);

    final PooledEntry<Link> lent() {
      Caller first = new Caller();
      doEnqueue(first);
      doDialled();
      return first.place();
    }

    final PooledEntry<Link> idle() {
      PooledEntry<Link> place = lent();
      doRelease(place);
      return place;
    }

    final void carryOut(Effects<Link> todo) {
      todo.served().forEach(Waiter::wake);
      todo.removals().forEach(removal -> removal.connection().uses += 100);
    }

    final PooledEntry<Link> doTake() {
      Effects<Link> todo = new Effects<>();
      PooledEntry<Link> place = state.take(0, todo);
      carryOut(todo);
      return place;
    }

    final void doEnqueue(Caller caller) {
      Effects<Link> todo = new Effects<>();
      state.enqueue(caller, 0, todo);
      carryOut(todo);
    }

    final PooledEntry<Link> doDialled() {
      Effects<Link> todo = new Effects<>();
      PooledEntry<Link> place = state.dialled(link, 0, todo);
      carryOut(todo);
      return place;
    }

    final void dialFailed() {
      Effects<Link> todo = new Effects<>();
      state.dialFailed(new IOException("provoked by a test"), todo);
      carryOut(todo);
    }

    final void doRelease(PooledEntry<Link> place) {
      Effects<Link> todo = new Effects<>();
      state.release(place, null, 0, todo);
      carryOut(todo);
    }

    final void doGone(PooledEntry<Link> place) {
      link.closed = true;
      Effects<Link> todo = new Effects<>();
      state.gone(place, todo);
      carryOut(todo);
    }

    final void doClose() {
      Effects<Link> todo = new Effects<>();
      state.close(todo);
      carryOut(todo);
    }

    final String counts() {
      var counts = state.counts();
      return "idle "
          + counts.idle()
          + " lent "
          + counts.leased()
          + " dialling "
          + counts.dialling()
          + " waiting "
          + counts.waiting();
    }
  }

  /** A connection comes back while a caller asks for one, which sees what its user did. */
  @JCStressTest
  @State
  @Outcome(
      id = "served 1, idle 0 lent 1 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "The caller has it.")
  public static class EnqueueBesideRelease extends Pool {
    private final PooledEntry<Link> place = lent();
    private final Caller caller = new Caller();

    @Actor
    public void release() {
      link.uses++;
      doRelease(place);
    }

    @Actor
    public void enqueue() {
      doEnqueue(caller);
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = caller.outcome() + " " + link.uses;
      r.r2 = counts();
    }
  }

  /** Two callers want the one connection that is idle. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "One of them has it.")
  public static class TakeBesideTake extends Pool {
    private boolean one;
    private boolean other;

    public TakeBesideTake() {
      idle();
    }

    @Actor
    public void one() {
      one = doTake() != null;
    }

    @Actor
    public void other() {
      other = doTake() != null;
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = (one ? 1 : 0) + (other ? 1 : 0);
    }
  }

  /** A caller gives up while a connection comes back. */
  @JCStressTest
  @State
  @Outcome(
      id = "true waits, idle 1 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It gave up, and the connection is kept.")
  @Outcome(
      id = "false served, idle 0 lent 1 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was served, and must take it.")
  public static class GiveUpBesideRelease extends Pool {
    private final PooledEntry<Link> place = lent();
    private final Caller caller = new Caller();
    private boolean gaveUp;

    public GiveUpBesideRelease() {
      doEnqueue(caller);
    }

    @Actor
    public void giveUp() {
      gaveUp = state.giveUp(caller);
    }

    @Actor
    public void release() {
      doRelease(place);
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = gaveUp + " " + caller.outcome();
      r.r2 = counts();
    }
  }

  /** The peer closes an idle connection while a caller takes it. */
  @JCStressTest
  @State
  @Outcome(
      id = "null 100, idle 0 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was found closed, and removed once.")
  @Outcome(
      id = "lent 0, idle 0 lent 1 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was taken before.")
  public static class GoneBesideTake extends Pool {
    private final PooledEntry<Link> place = idle();
    private PooledEntry<Link> taken;

    @Actor
    public void gone() {
      doGone(place);
    }

    @Actor
    public void take() {
      taken = doTake();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = (taken == null ? "null " : "lent ") + link.uses;
      r.r2 = counts();
    }
  }

  /** The peer closes a connection while it comes back unnoticed. */
  @JCStressTest
  @State
  @Outcome(
      id = "100, idle 0 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was found closed as it came back, or taken out of the idle ones.")
  public static class GoneBesideRelease extends Pool {
    private final PooledEntry<Link> place = lent();

    @Actor
    public void gone() {
      doGone(place);
    }

    @Actor
    public void release() {
      doRelease(place);
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = link.uses;
      r.r2 = counts();
      if (doTake() != null) {
        r.r2 = "the closed connection was lent";
      }
    }
  }

  /**
   * The peer closes a connection while it comes back and a caller waits. What is known to be closed
   * before it comes back reaches nobody.
   */
  @JCStressTest
  @State
  @Outcome(
      id = "waits 100, idle 0 lent 0 dialling 1 waiting 1",
      expect = Expect.ACCEPTABLE,
      desc = "It was found closed, and another one is dialled.")
  @Outcome(
      id = "served 0, idle 0 lent 1 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was lent again before it was closed.")
  public static class GoneBesideReleaseToWaiter extends Pool {
    private final PooledEntry<Link> place = lent();
    private final Caller caller = new Caller();
    private volatile boolean gone;
    private boolean goneBefore;

    public GoneBesideReleaseToWaiter() {
      doEnqueue(caller);
    }

    @Actor
    public void gone() {
      doGone(place);
      gone = true;
    }

    @Actor
    public void release() {
      goneBefore = gone;
      doRelease(place);
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = caller.outcome() + " " + link.uses;
      r.r2 = counts();
      if (goneBefore && caller.isServed()) {
        r.r2 = "the closed connection was lent";
      }
    }
  }

  /** A dial succeeds while the pool is closed: the connection is closed once. */
  @JCStressTest
  @State
  @Outcome(
      id = "100, idle 0 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "Closed as an idle one, or as it came.")
  public static class DialledBesideClose extends Pool {
    public DialledBesideClose() {
      Caller first = new Caller();
      doEnqueue(first);
      state.giveUp(first);
    }

    @Actor
    public void dialled() {
      doDialled();
    }

    @Actor
    public void close() {
      doClose();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = link.uses;
      r.r2 = counts();
    }
  }

  /** A caller comes while the pool is closed. */
  @JCStressTest
  @State
  @Outcome(id = "failed, 0", expect = Expect.ACCEPTABLE, desc = "Whenever it came.")
  public static class EnqueueBesideClose extends Pool {
    private final Caller caller = new Caller();

    public EnqueueBesideClose() {
      lent();
    }

    @Actor
    public void enqueue() {
      doEnqueue(caller);
    }

    @Actor
    public void close() {
      doClose();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = caller.outcome();
      r.r2 = state.counts().waiting();
    }
  }

  /** A dial fails while the only one who waits gives up. */
  @JCStressTest
  @State
  @Outcome(
      id = "true waits, idle 0 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It had gone.")
  @Outcome(
      id = "false failed, idle 0 lent 0 dialling 0 waiting 0",
      expect = Expect.ACCEPTABLE,
      desc = "It was told.")
  public static class GiveUpBesideFailure extends Pool {
    private final Caller caller = new Caller();
    private boolean gaveUp;

    public GiveUpBesideFailure() {
      doEnqueue(caller);
    }

    @Actor
    public void giveUp() {
      gaveUp = state.giveUp(caller);
    }

    @Actor
    public void fail() {
      dialFailed();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = gaveUp + " " + caller.outcome();
      r.r2 = counts();
    }
  }
}
