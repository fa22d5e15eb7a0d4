package io.netpoll.core.connection;

import io.netpoll.DetachedSocket;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.NoSocket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The end and the beginning of a connection, and waits for a future: {@link EngineConnection}. */
public final class ConnectionRaces {
  private ConnectionRaces() {}

  /** A close callback is added while the connection ends. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "It was called once.")
  public static class CallbackBesideClosed {
    private final Link link = Link.established();
    private int calls;

    @Actor
    public void add() {
      link.connection.addCloseCallback(connection -> calls++);
    }

    @Actor
    public void end() {
      link.connection.endpoint.closed();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(I_Result r) {
      link.stepped.lead();
      r.r1 = calls;
    }
  }

  /** Two threads ask something of the leader: it carries out both. */
  @JCStressTest
  @State
  @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "Input goes on, the poller sends.")
  public static class PostBesidePost {
    private final Link link = Link.established();
    private final int resumedBefore = link.handle().timesResumed();

    @Actor
    public void one() {
      link.connection.endpoint.post(LoopEndpoint.START);
    }

    @Actor
    public void other() {
      link.connection.out.token.tryPass();
      link.connection.endpoint.post(LoopEndpoint.ARM);
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = link.handle().isArmed();
      r.r2 = link.handle().timesResumed() - resumedBefore;
    }
  }

  /** Something is asked of the leader while it carries out what was asked before. */
  @JCStressTest
  @State
  @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "Both were done.")
  public static class PostBesideCarryOut {
    private final Link link = Link.established();
    private final int resumedBefore = link.handle().timesResumed();

    public PostBesideCarryOut() {
      link.connection.endpoint.post(LoopEndpoint.START);
    }

    @Actor
    public void post() {
      link.connection.out.token.tryPass();
      link.connection.endpoint.post(LoopEndpoint.ARM);
    }

    @Actor
    public void carryOut() {
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = link.handle().isArmed();
      r.r2 = link.handle().timesResumed() - resumedBefore;
    }
  }

  /** A dial succeeds while the caller gives up. */
  @JCStressTest
  @State
  @Outcome(
      id = "succeeded, true",
      expect = Expect.ACCEPTABLE,
      desc = "Too late for the caller, who resets it.")
  @Outcome(
      id = "failed, true",
      expect = Expect.ACCEPTABLE,
      desc = "Too late for the connection, which is reset.")
  public static class ConnectedBesideGivingUp {
    private final PendingDial dial = new PendingDial();
    private final Link link = Link.dialled(dial);

    @Actor
    public void connected() {
      link.connection.endpoint.connected();
      link.stepped.lead();
    }

    @Actor
    public void giveUp() {
      dial.fail(new IOException("The caller has given up."));
      link.connection.abort();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = dial.result.isCompletedExceptionally() ? "failed" : "succeeded";
      r.r2 = link.handle().isAborted();
    }
  }

  /** A socket is given away while a reader leaves its wait, or finds that it need not wait. */
  @JCStressTest
  @State
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "The socket was given.")
  public static class DetachedBesideReader {
    private final Link link = Link.established();
    private CompletionStage<DetachedSocket> stage;

    @Actor
    public void detach() {
      stage = link.connection.detach();
      link.stepped.lead();
      link.connection.endpoint.detached(new NoSocket());
      link.stepped.lead();
    }

    @Actor
    public void read() {
      try {
        link.connection.reader().readByte();
      } catch (IOException detached) {
        return;
      }
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
      CompletableFuture<DetachedSocket> result = stage.toCompletableFuture();
      r.r1 = result.isDone() && !result.isCompletedExceptionally();
    }
  }

  /** Two threads detach: one gets the socket. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "One of them has it.")
  public static class DetachBesideDetach {
    private final Link link = Link.established();
    private CompletionStage<DetachedSocket> one;
    private CompletionStage<DetachedSocket> other;

    @Actor
    public void one() {
      one = link.connection.detach();
    }

    @Actor
    public void other() {
      other = link.connection.detach();
      link.stepped.lead();
      link.connection.endpoint.detached(new NoSocket());
      link.stepped.lead();
    }

    @Arbiter
    public void finish(I_Result r) {
      link.stepped.lead();
      r.r1 = given(one) + given(other);
    }

    private static int given(CompletionStage<DetachedSocket> stage) {
      CompletableFuture<DetachedSocket> result = stage.toCompletableFuture();
      return result.isDone() && !result.isCompletedExceptionally() ? 1 : 0;
    }
  }

  /** A future is completed while a thread parks to wait for it. */
  @JCStressTest
  @State
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "The thread went on.")
  public static class CompletionBesideWait {
    private final CompletableFuture<Void> future = new CompletableFuture<>();

    @Actor
    public void complete() {
      future.complete(null);
    }

    @Actor
    public void await(L_Result r) {
      Await.uninterruptibly(future, Await.Limit.NONE);
      r.r1 = future.isDone();
    }

    @Arbiter
    public void finish(L_Result r) {
      future.cancel(false);
    }
  }
}
