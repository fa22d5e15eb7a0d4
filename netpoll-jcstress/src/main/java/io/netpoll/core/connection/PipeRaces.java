package io.netpoll.core.connection;

import io.netpoll.jcstress.Attempt;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A {@link Pipe} between connections of two loops: what its source does beside its destination. */
public final class PipeRaces {
  private PipeRaces() {}

  /** A pipe that flows. */
  abstract static class Piped {
    final Link source = Link.established();
    final Link destination = Link.established();
    final CompletableFuture<Void> end = source.connection.pipeTo(destination.connection);

    Piped() {
      settle();
    }

    /** Both loops do what they were asked to do. */
    final void settle() {
      for (int i = 0; i < 2; i++) {
        source.stepped.lead();
        destination.stepped.lead();
      }
    }

    final void send() {
      if (destination.connection.out.token.isPassed()) {
        destination.handle().full = false;
        destination.handle().sendAsPoller();
      }
    }

    /** As {@link #settle}, where the destination's socket takes all. */
    final void settleAndSend() {
      settle();
      send();
      settle();
    }
  }

  /** The source receives more than the destination's mark while the poller sends there. */
  @JCStressTest
  @State
  @Outcome(id = "6", expect = Expect.ACCEPTABLE, desc = "All was sent, and the pipe flows.")
  public static class ForwardBesideSend extends Piped {
    public ForwardBesideSend() {
      destination.handle().full = true;
      source.receive(1, 2, 3, 4);
      destination.stepped.lead();
    }

    @Actor
    public void receive() {
      source.receive(5);
    }

    @Actor
    public void sendAll() {
      send();
    }

    @Arbiter
    public void finish(I_Result r) {
      settleAndSend();
      source.receive(6);
      settleAndSend();
      r.r1 = destination.handle().sent();
    }
  }

  /** The source pauses, since the destination's mark is exceeded, while the poller sends there. */
  @JCStressTest
  @State
  @Outcome(id = "true, not paused", expect = Expect.ACCEPTABLE, desc = "The poller was first.")
  @Outcome(
      id = "false, resumed",
      expect = Expect.ACCEPTABLE,
      desc = "The source was first, and has gone on.")
  public static class PauseBesideSend extends Piped {
    private final int resumedBefore;

    public PauseBesideSend() {
      destination.handle().full = true;
      source.receive(1, 2, 3, 4);
      source.receive(5);
      destination.stepped.lead();
      resumedBefore = source.handle().timesResumed();
    }

    @Actor
    public void receive(ZL_Result r) {
      r.r1 = source.receive(6);
    }

    @Actor
    public void sendAll() {
      send();
    }

    @Arbiter
    public void finish(ZL_Result r) {
      settleAndSend();
      boolean resumed = source.handle().timesResumed() > resumedBefore;
      r.r2 = r.r1 ? "not paused" : resumed ? "resumed" : "paused for ever";
    }
  }

  /** The source ends while the poller sends the last bytes of the destination. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "FIN was sent: the pipe is over.")
  public static class EndBesideSend extends Piped {
    public EndBesideSend() {
      destination.handle().full = true;
      source.receive(1);
      destination.stepped.lead();
    }

    @Actor
    public void endSource() {
      source.connection.endpoint.ended();
      source.stepped.lead();
    }

    @Actor
    public void sendAll() {
      send();
      destination.stepped.lead();
    }

    @Arbiter
    public void finish(ZZ_Result r) {
      settleAndSend();
      r.r1 = destination.connection.out.isFinished();
      r.r2 = end.isDone() && !end.isCompletedExceptionally();
    }
  }

  /** The destination is closed while the source receives. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "The pipe is over, both close.")
  public static class CloseBesideForward extends Piped {
    @Actor
    public void close() {
      destination.connection.close();
      destination.stepped.lead();
    }

    @Actor
    public void receive() {
      Attempt.of(() -> source.receive(1));
    }

    @Arbiter
    public void finish(ZZ_Result r) {
      settleAndSend();
      r.r1 = end.isCompletedExceptionally();
      r.r2 = source.handle().isClosed() && destination.handle().isClosed();
    }
  }

  /** The pipe is set while bytes come. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "They were forwarded.")
  public static class ArrivalBesidePipe {
    private final Link source = Link.established();
    private final Link destination = Link.established();

    @Actor
    public void receive() {
      source.receive(1);
    }

    @Actor
    public void pipe() {
      source.connection.pipeTo(destination.connection);
    }

    @Arbiter
    public void finish(I_Result r) {
      source.stepped.lead();
      destination.stepped.lead();
      r.r1 = destination.handle().sent();
    }
  }
}
