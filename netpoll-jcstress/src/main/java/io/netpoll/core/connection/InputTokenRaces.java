package io.netpoll.core.connection;

import io.netpoll.DetachedSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A thread beside the leader is inside a read, under the input token, when the socket ends. */
public final class InputTokenRaces {
  private InputTokenRaces() {}

  /** A connection whose socket a thread beside the leader reads. */
  abstract static class Reading {
    final Link link = Link.established();
    private CompletionStage<DetachedSocket> stage = new CompletableFuture<>();

    /** Reads once, if the token is to be had. */
    final void readBeside() {
      SocketToken token = link.connection.in.token;
      boolean isPollers = token.tryTake();
      if (isPollers || token.tryHold()) {
        link.handle().receive(link.connection.in);
        if (isPollers) {
          token.pass();
        } else {
          token.release();
        }
        link.connection.endpoint.inputReleased();
      }
    }

    final void detach() {
      stage = link.connection.detach();
    }

    /** Does what the loop and its poller were asked to do, to the end. */
    final void settle() {
      link.settle();
    }

    final String state() {
      return (stage.toCompletableFuture().isDone() ? "given" : "")
          + (link.handle().isClosed() ? "closed" : "")
          + (link.connection.in.token.isShut() ? ", shut" : "")
          + (link.handle().misused ? ", misused" : "");
    }
  }

  /** Two threads read. */
  @JCStressTest
  @State
  @Outcome(id = "", expect = Expect.ACCEPTABLE, desc = "One at a time.")
  public static class ReadBesideRead extends Reading {
    @Actor
    public void one() {
      readBeside();
    }

    @Actor
    public void other() {
      readBeside();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = state();
    }
  }

  /** The connection is closed. */
  @JCStressTest
  @State
  @Outcome(id = "closed, shut", expect = Expect.ACCEPTABLE, desc = "Not under the read.")
  public static class ReadBesideClose extends Reading {
    @Actor
    public void read() {
      readBeside();
    }

    @Actor
    public void close() {
      link.connection.close();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** The connection is reset. */
  @JCStressTest
  @State
  @Outcome(id = "closed, shut", expect = Expect.ACCEPTABLE, desc = "Not under the read.")
  public static class ReadBesideAbort extends Reading {
    @Actor
    public void read() {
      readBeside();
    }

    @Actor
    public void abort() {
      link.connection.abort();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** The socket is given away. */
  @JCStressTest
  @State
  @Outcome(id = "given, shut", expect = Expect.ACCEPTABLE, desc = "Not under the read.")
  public static class ReadBesideDetach extends Reading {
    @Actor
    public void read() {
      readBeside();
    }

    @Actor
    public void give() {
      detach();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = state();
    }
  }

  /** The poller is closed by force, which waits for nobody. */
  @JCStressTest
  @State
  @Outcome(id = ", shut", expect = Expect.ACCEPTABLE, desc = "Nobody reads any more.")
  public static class ReadBesideEndOfPoller extends Reading {
    @Actor
    public void read() {
      readBeside();
    }

    @Actor
    public void end() {
      link.connection.endpoint.closed();
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
      r.r1 = state();
    }
  }
}
