package io.netpoll.core.connection;

import io.netpoll.core.execution.Await;
import io.netpoll.jcstress.Attempt;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LJJ_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A waiting reader against those who wake it, and paused input against a reader that catches up:
 * {@link ConnectionInput}, {@link Await}. Also the leader that drops an empty chain, and makes the
 * next, beside a reader that may be anywhere in the one before.
 */
public final class InputRaces {
  private InputRaces() {}

  /** A connection that is read by hand. */
  abstract static class Reading {
    final Link link;

    Reading(Link link) {
      this.link = link;
    }

    Reading() {
      this(Link.established());
    }

    final String read() {
      return Attempt.result(
          () -> {
            byte value = link.connection.in.readByte();
            link.connection.in.release();
            return value;
          });
    }
  }

  /** Bytes come while a reader sees none and parks. */
  @JCStressTest
  @State
  @Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "It has read them.")
  public static class ArrivalBesideWait extends Reading {
    @Actor
    public void receive() {
      link.receive(7);
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(L_Result r) {
      link.connection.abort();
    }
  }

  /** Bytes come one by one while a reader waits for two. */
  @JCStressTest
  @State
  @Outcome(id = "1543", expect = Expect.ACCEPTABLE, desc = "It has read both.")
  public static class ArrivalsBesideWaitForTwo extends Reading {
    @Actor
    public void receive() {
      link.receive(6);
      link.receive(7);
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = Attempt.result(() -> link.connection.in.readShort());
    }

    @Arbiter
    public void finish(L_Result r) {
      link.connection.in.release();
    }
  }

  /** Bytes come while the time of a reader runs out. */
  @JCStressTest
  @State
  @Outcome(id = "7, 8", expect = Expect.ACCEPTABLE, desc = "It was in time.")
  @Outcome(
      id = "ReadTimeoutException, 7",
      expect = Expect.ACCEPTABLE,
      desc = "It was too late; the byte is there for the next one.")
  public static class ArrivalBesideTimeout extends Reading {
    public ArrivalBesideTimeout() {
      super(Link.established(Duration.ofNanos(500)));
    }

    @Actor
    public void receive() {
      link.receive(7);
    }

    @Actor
    public void read(LL_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.receive(8);
      r.r2 = read();
    }
  }

  /** The connection is closed while a reader parks. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException",
      expect = Expect.ACCEPTABLE,
      desc = "It waits no longer.")
  public static class CloseBesideWait extends Reading {
    @Actor
    public void close() {
      link.connection.close();
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
    }
  }

  /** The peer ends while a reader parks. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException",
      expect = Expect.ACCEPTABLE,
      desc = "It waits no longer.")
  public static class EndBesideWait extends Reading {
    @Actor
    public void end() {
      link.connection.endpoint.ended();
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
    }
  }

  /** The timeout is shortened while a reader parks. */
  @JCStressTest
  @State
  @Outcome(
      id = "ReadTimeoutException, in time",
      expect = Expect.ACCEPTABLE,
      desc = "It looked at the new one.")
  public static class ShorterTimeoutBesideWait extends Reading {
    private final long start = System.nanoTime();

    @Actor
    public void shorten() {
      link.connection.setReadTimeout(Duration.ofNanos(1));
    }

    @Actor
    public void read(LL_Result r) {
      r.r1 = read();
      r.r2 = System.nanoTime() - start < Duration.ofSeconds(10).toNanos() ? "in time" : "late";
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.connection.abort();
    }
  }

  /**
   * Two threads read: one is refused, and brings the byte that the other waits for. Were both to
   * wait, nobody would.
   */
  @JCStressTest
  @State
  @Outcome(
      id = "7, IllegalStateException",
      expect = Expect.ACCEPTABLE,
      desc = "The second was refused.")
  @Outcome(
      id = "IllegalStateException, 7",
      expect = Expect.ACCEPTABLE,
      desc = "The first was refused.")
  public static class ReadBesideRead extends Reading {
    private String readOrReceive() {
      String outcome = read();
      if (outcome.equals("IllegalStateException")) {
        link.receive(7);
      }
      return outcome;
    }

    @Actor
    public void one(LL_Result r) {
      r.r1 = readOrReceive();
    }

    @Actor
    public void other(LL_Result r) {
      r.r2 = readOrReceive();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.connection.abort();
    }
  }

  /** The leader pauses input at the mark while the reader catches up. */
  @JCStressTest
  @State
  @Outcome(id = "true, not paused", expect = Expect.ACCEPTABLE, desc = "The reader was first.")
  @Outcome(
      id = "false, resumed",
      expect = Expect.ACCEPTABLE,
      desc = "The leader was first, and has gone on.")
  public static class PauseBesideRelease extends Reading {
    private final int resumedBefore = link.handle().timesResumed();

    public PauseBesideRelease() {
      link.receive(1, 2, 3, 4);
    }

    @Actor
    public void receive(ZL_Result r) {
      r.r1 = link.receive(5);
    }

    @Actor
    public void catchUp() {
      for (int i = 0; i < Link.MARK; i++) {
        read();
      }
    }

    @Arbiter
    public void finish(ZL_Result r) {
      link.stepped.lead();
      boolean resumed = link.handle().timesResumed() > resumedBefore;
      r.r2 = resumed ? "resumed" : r.r1 ? "not paused" : "paused for ever";
    }
  }

  /** The chain is dropped, and another one filled, while a reader sees no bytes and parks. */
  @JCStressTest
  @State
  @Outcome(id = "7, 2, 2", expect = Expect.ACCEPTABLE, desc = "It has read from the new chain.")
  public static class DropBesideWait extends Reading {
    public DropBesideWait() {
      link.receive(6);
      read();
    }

    @Actor
    public void dropAndReceive() {
      link.drop();
      link.receive(7);
    }

    @Actor
    public void read(LJJ_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(LJJ_Result r) {
      r.r2 = link.connection.in.beginHandlerCall(false);
      link.drop();
      r.r3 = link.connection.in.beginHandlerCall(false);
      link.connection.abort();
    }
  }

  /** The chain is to be dropped while a reader releases its last byte. */
  @JCStressTest
  @State
  @Outcome(id = "7, 8", expect = Expect.ACCEPTABLE, desc = "It has read from both chains.")
  public static class DropBesideRelease extends Reading {
    public DropBesideRelease() {
      link.receive(7);
    }

    @Actor
    public void dropAndReceive() {
      link.drop();
      link.receive(8);
    }

    @Actor
    public void read(LL_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = read();
      link.connection.abort();
    }
  }

  /** The chain is dropped and made again while another thread looks how much can be read. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "The byte has not come.")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The byte has come.")
  public static class DropBesideLook extends Reading {
    public DropBesideLook() {
      link.receive(6);
      read();
    }

    @Actor
    public void dropAndReceive() {
      link.drop();
      link.receive(7);
    }

    @Actor
    public void look(I_Result r) {
      r.r1 = link.connection.in.unread();
    }

    @Arbiter
    public void finish(I_Result r) {
      link.connection.abort();
    }
  }

  /** The chain is dropped and made again while the run asks whether bytes came. */
  @JCStressTest
  @State
  @Outcome(
      id = "false, true",
      expect = Expect.ACCEPTABLE,
      desc = "It sees them when it looks again.")
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "It has seen them.")
  public static class DropBesideRun extends Reading {
    public DropBesideRun() {
      link.receive(6);
      long consumed = link.connection.in.beginHandlerCall(false);
      read();
      link.connection.in.endCall(consumed);
    }

    @Actor
    public void dropAndReceive() {
      link.drop();
      link.receive(7);
    }

    @Actor
    public void look(ZZ_Result r) {
      r.r1 = link.connection.in.wantsHandler(false);
    }

    @Arbiter
    public void finish(ZZ_Result r) {
      r.r2 = link.connection.in.wantsHandler(false);
      link.connection.abort();
    }
  }
}
