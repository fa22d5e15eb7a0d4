package io.netpoll.core.connection;

import io.netpoll.jcstress.Attempt;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;

/**
 * What a reader wishes for beside the bytes that arrive, whether it finds them when it looks again
 * or not: nothing keeps OnRequest from being called, or input from going on ({@link
 * ConnectionInput}).
 */
public final class WishRaces {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofNanos(500);

  private WishRaces() {}

  /** A connection with a handler, which consumes nothing at first. */
  abstract static class Served {
    final Link link;

    /** Whether the handler consumes what it sees. */
    private boolean consumes;

    private int handled;

    Served(Duration readTimeout) {
      link = Link.established(readTimeout);
      link.connection.setOnRequest(
          connection -> {
            int length = connection.reader().length();
            if (consumes) {
              connection.reader().skip(length);
              handled += length;
            }
          });
      link.stepped.lead();
    }

    Served() {
      this(LONG);
    }

    /** Receives a byte, which the handler leaves. */
    final void receiveUnhandled() {
      link.receive(1);
      link.stepped.lead();
    }

    /** Calls the handler, if that is due, and tells how many bytes it has had. */
    final int handled() {
      consumes = true;
      link.stepped.lead();
      return handled;
    }

    final void end() {
      link.connection.abort();
    }
  }

  /** The rest of a message comes while it is asked for; a smaller message follows. */
  @JCStressTest
  @State
  @Outcome(
      id = "true, 1",
      expect = Expect.ACCEPTABLE,
      desc = "The reader has it, and the handler the next message.")
  @Outcome(id = "false, 3", expect = Expect.ACCEPTABLE, desc = "The handler has it.")
  public static class ArrivalBesideRequest extends Served {
    public ArrivalBesideRequest() {
      receiveUnhandled();
    }

    @Actor
    public void receive() {
      link.receive(2);
    }

    @Actor
    public void request(ZI_Result r) {
      r.r1 = link.connection.in.request(2);
      if (r.r1) {
        Attempt.of(() -> link.connection.in.skip(2));
      }
    }

    @Arbiter
    public void finish(ZI_Result r) {
      link.receive(3);
      r.r2 = handled();
      end();
    }
  }

  /** Fewer bytes than were asked for come while a smaller number is asked for. */
  @JCStressTest
  @State
  @Outcome(id = "true, 2", expect = Expect.ACCEPTABLE, desc = "There when it was asked for.")
  @Outcome(id = "false, 2", expect = Expect.ACCEPTABLE, desc = "Not there when it was asked for.")
  public static class ArrivalBesideSmallerRequest extends Served {
    public ArrivalBesideSmallerRequest() {
      receiveUnhandled();
      link.connection.in.request(3);
    }

    @Actor
    public void receive() {
      link.receive(2);
    }

    @Actor
    public void request(ZI_Result r) {
      r.r1 = link.connection.in.request(2);
    }

    @Arbiter
    public void finish(ZI_Result r) {
      r.r2 = handled();
      end();
    }
  }

  /** Fewer bytes come than a reader waits for, while its time runs out. */
  @JCStressTest
  @State
  @Outcome(
      id = "ReadTimeoutException, 1",
      expect = Expect.ACCEPTABLE,
      desc = "The handler has what came.")
  public static class ArrivalBesideTimeout extends Served {
    public ArrivalBesideTimeout() {
      super(SHORT);
    }

    @Actor
    public void receive() {
      link.receive(1);
    }

    @Actor
    public void read(LI_Result r) {
      r.r1 = Attempt.result(() -> link.connection.in.readShort());
    }

    @Arbiter
    public void finish(LI_Result r) {
      r.r2 = handled();
      end();
    }
  }

  /** A handler is set, in place of one that has asked for more, while bytes come. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "It has them all.")
  public static class ArrivalBesideHandler extends Served {
    private int seen;

    public ArrivalBesideHandler() {
      receiveUnhandled();
      link.connection.in.request(3);
    }

    @Actor
    public void receive() {
      link.receive(2);
    }

    @Actor
    public void set() {
      link.connection.setOnRequest(connection -> seen = connection.reader().length());
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
      r.r1 = seen;
      end();
    }
  }

  /** A connection that is full. */
  abstract static class Full {
    final Link link = Link.established();
    private final int resumedBefore = link.handle().timesResumed();

    Full() {
      link.receive(1, 2, 3, 4);
    }

    /** Has the loop do what was asked of it until input goes on, for a while. */
    final String resume() {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (link.handle().timesResumed() == resumedBefore) {
        if (System.nanoTime() - end > 0) {
          return "paused for ever";
        }
        link.stepped.lead();
      }
      return "resumed";
    }
  }

  /** The leader pauses input at the mark while more than that is asked for. */
  @JCStressTest
  @State
  @Outcome(id = "true, not paused", expect = Expect.ACCEPTABLE, desc = "The reader was first.")
  @Outcome(
      id = "false, resumed",
      expect = Expect.ACCEPTABLE,
      desc = "The leader was first, and has gone on.")
  public static class PauseBesideRequest extends Full {
    @Actor
    public void receive(ZL_Result r) {
      r.r1 = link.receive(5);
    }

    @Actor
    public void request() {
      link.connection.in.request(Link.MARK + 1);
    }

    @Arbiter
    public void finish(ZL_Result r) {
      r.r2 = r.r1 ? "not paused" : resume();
      link.connection.abort();
    }
  }

  /** The leader pauses input at the mark while a reader begins to wait for more than that. */
  @JCStressTest
  @State
  @Outcome(
      id = {"not paused, done", "resumed, done"},
      expect = Expect.ACCEPTABLE,
      desc = "The leader has gone on, and the reader with it.")
  public static class PauseBesideWait extends Full {
    private String input = "";
    private String read = "";

    @Actor
    public void receive() {
      input = link.receive(5) ? "not paused" : resume();
      if (input.equals("resumed")) {
        link.receive(5);
      }
    }

    @Actor
    public void read() {
      read = Attempt.of(() -> link.connection.in.skip(Link.MARK + 1));
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = input + ", " + read;
      link.connection.abort();
    }
  }
}
