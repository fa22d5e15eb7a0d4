package io.netpoll.core.connection;

import io.netpoll.DetachedSocket;
import io.netpoll.jcstress.Attempt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** A socket is given away while its connection is closed, written to, or served. */
public final class DetachRaces {
  private DetachRaces() {}

  /** A connection that one thread detaches. */
  abstract static class Leaving {
    final Link link = Link.established();
    private CompletionStage<DetachedSocket> stage;

    final void detach() {
      stage = link.connection.detach();
    }

    /** Does what the loop and its poller were asked to do, to the end. */
    final void settle() {
      link.stepped.lead();
      if (link.handle().isArmed() && link.connection.out.token.isPassed()) {
        link.handle().sendAsPoller();
      }
      link.settle();
    }

    final String state() {
      CompletableFuture<DetachedSocket> result = stage.toCompletableFuture();
      String given =
          !result.isDone() ? "pending" : result.isCompletedExceptionally() ? "refused" : "given";
      return given
          + (link.handle().isClosed() ? ", closed" : "")
          + (link.handle().misused ? ", misused" : "");
    }

    final int unread() {
      return stage.toCompletableFuture().join().unread().length();
    }
  }

  /** Another thread closes. */
  @JCStressTest
  @State
  @Outcome(id = "given", expect = Expect.ACCEPTABLE, desc = "Detached first.")
  @Outcome(id = "refused, closed", expect = Expect.ACCEPTABLE, desc = "Closed first.")
  public static class DetachBesideClose extends Leaving {
    @Actor
    public void give() {
      detach();
    }

    @Actor
    public void close() {
      link.connection.close();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** Another thread resets. */
  @JCStressTest
  @State
  @Outcome(id = "refused, closed", expect = Expect.ACCEPTABLE, desc = "A reset overtakes.")
  public static class DetachBesideAbort extends Leaving {
    @Actor
    public void give() {
      detach();
    }

    @Actor
    public void abort() {
      link.connection.abort();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** Another thread flushes, while the loop carries the detachment out. */
  @JCStressTest
  @State
  @Outcome(
      id = {"given, done", "given, ConnectionClosedException"},
      expect = Expect.ACCEPTABLE,
      desc = "The flush was in time, or was refused; nobody sends on a socket that was given.")
  public static class DetachBesideFlush extends Leaving {
    @Actor
    public void give() {
      detach();
      link.stepped.lead();
    }

    @Actor
    public void flush(LL_Result r) {
      r.r2 = Attempt.of(() -> link.write(1));
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** The loop receives a byte and calls the handler. */
  @JCStressTest
  @State
  @Outcome(id = "given, 1, 0", expect = Expect.ACCEPTABLE, desc = "The handler has the byte.")
  @Outcome(id = "given, 0, 1", expect = Expect.ACCEPTABLE, desc = "It goes with the socket.")
  public static class DetachBesideRequest extends Leaving {
    private int handled;

    public DetachBesideRequest() {
      link.connection.setOnRequest(
          connection -> {
            connection.reader().readByte();
            handled++;
          });
      link.stepped.lead();
    }

    @Actor
    public void give() {
      detach();
    }

    @Actor
    public void serve() {
      link.receive(7);
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LII_Result r) {
      settle();
      r.r1 = state();
      r.r2 = handled;
      r.r3 = unread();
    }
  }
}
