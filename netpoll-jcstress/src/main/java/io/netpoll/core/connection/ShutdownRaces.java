package io.netpoll.core.connection;

import io.netpoll.jcstress.Attempt;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** A loop is closed, or the time of a flush runs out, while threads use a connection. */
public final class ShutdownRaces {
  private static final Duration SHORT = Duration.ofNanos(500);
  private static final Duration LONG = Duration.ofSeconds(10);

  private ShutdownRaces() {}

  private static void end(Link link) {
    link.stepped.loop.close();
    link.stepped.lead();
  }

  /** A loop is closed while a reader parks. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException",
      expect = Expect.ACCEPTABLE,
      desc = "It waits no longer.")
  public static class EndOfLoopBesideWait {
    private final Link link = Link.established();

    @Actor
    public void end() {
      ShutdownRaces.end(link);
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = Attempt.result(() -> link.connection.in.readByte());
    }
  }

  /** A loop is closed while a flush waits for a socket that is full. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException, true",
      expect = Expect.ACCEPTABLE,
      desc = "It waits no longer, and the connection is reset.")
  public static class EndOfLoopBesideFlush {
    private final Link link = Link.established();

    public EndOfLoopBesideFlush() {
      link.handle().full = true;
    }

    @Actor
    public void end() {
      ShutdownRaces.end(link);
    }

    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(Link.MARK + 1));
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = link.handle().isAborted();
    }
  }

  /** A loop is closed while a handler is being called. */
  @JCStressTest
  @State
  @Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "The end was faster.")
  @Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "The handler was faster.")
  public static class EndOfLoopBesideRequest {
    private final Link link = Link.established();
    private int handled;

    public EndOfLoopBesideRequest() {
      link.connection.setOnRequest(
          connection -> {
            connection.reader().readByte();
            handled++;
          });
      link.stepped.lead();
    }

    @Actor
    public void end() {
      link.stepped.loop.close();
    }

    @Actor
    public void serve() {
      link.receive(7);
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = handled;
      r.r2 = link.handle().isAborted();
    }
  }

  /** The poller sends the last bytes while the time of the flush that waits for it runs out. */
  @JCStressTest
  @State
  @Outcome(id = "done, 5", expect = Expect.ACCEPTABLE, desc = "It was in time.")
  @Outcome(id = "WriteTimeoutException, 5", expect = Expect.ACCEPTABLE, desc = "It was too late.")
  public static class TimeoutBesidePoller {
    private final Link link = Link.established(LONG, SHORT);

    public TimeoutBesidePoller() {
      link.handle().full = true;
    }

    @Actor
    public void flush(LI_Result r) {
      r.r1 = Attempt.of(() -> link.write(Link.MARK + 1));
    }

    @Actor
    public void send() {
      if (link.connection.out.token.isPassed()) {
        link.handle().sendAsPoller();
      }
    }

    @Arbiter
    public void finish(LI_Result r) {
      link.stepped.lead();
      if (link.connection.out.token.isPassed()) {
        link.handle().sendAsPoller();
      }
      r.r2 = link.handle().sent();
    }
  }
}
