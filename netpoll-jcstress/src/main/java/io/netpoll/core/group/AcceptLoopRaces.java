package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionSettings;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A listening socket is closed while its loop takes it: {@link AcceptLoop}. */
public final class AcceptLoopRaces {
  private AcceptLoopRaces() {}

  /** An acceptance that its loop is about to start. */
  abstract static class Starting {
    final SteppedLoop stepped = SteppedLoop.inline();
    final SteppedListening socket = new SteppedListening();
    final AcceptLoop acceptance =
        new AcceptLoop(
            stepped.group,
            stepped.loop,
            true,
            new ConnectionSettings.Builder().build(null),
            socket);

    Starting() {
      acceptance.begin();
    }

    final void finish(LL_Result r) {
      stepped.lead();
      r.r1 = socket.state();
      r.r2 =
          (acceptance.freed().isDone() ? "free" : "in use")
              + (acceptance.hasEnded() ? ", ended" : ", goes on");
    }
  }

  /** It is closed while the loop starts it. */
  @JCStressTest
  @State
  @Outcome(
      id = "closed 1, free, ended",
      expect = Expect.ACCEPTABLE,
      desc = "By the thread that had it.")
  @Outcome(
      id = "closed 1 after it stopped, free, ended",
      expect = Expect.ACCEPTABLE,
      desc = "By the loop, after the other.")
  public static class CloseBesideStart extends Starting {
    @Actor
    public void close() {
      acceptance.close();
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void look(LL_Result r) {
      finish(r);
    }
  }

  /** Two threads close it, as a server and its group may. */
  @JCStressTest
  @State
  @Outcome(id = "closed 1, free, ended", expect = Expect.ACCEPTABLE, desc = "By one of them.")
  public static class CloseBesideClose extends Starting {
    @Actor
    public void one() {
      acceptance.close();
    }

    @Actor
    public void other() {
      acceptance.close();
    }

    @Arbiter
    public void look(LL_Result r) {
      finish(r);
    }
  }

  /** It is closed while its loop ends. */
  @JCStressTest
  @State
  @Outcome(
      id = "closed 0, free, ended",
      expect = Expect.ACCEPTABLE,
      desc = "The poller has closed it, which the test's does not.")
  @Outcome(id = "closed 1, free, ended", expect = Expect.ACCEPTABLE, desc = "By the loop's last.")
  @Outcome(
      id = "closed 0 after it stopped, free, ended",
      expect = Expect.ACCEPTABLE,
      desc = "As the first.")
  @Outcome(
      id = "closed 1 after it stopped, free, ended",
      expect = Expect.ACCEPTABLE,
      desc = "By the loop's last.")
  public static class CloseBesideEndOfLoop extends Starting {
    public CloseBesideEndOfLoop() {
      stepped.lead();
      stepped.loop.close();
    }

    @Actor
    public void close() {
      acceptance.close();
    }

    @Actor
    public void lead() {
      stepped.lead();
    }

    @Arbiter
    public void look(LL_Result r) {
      finish(r);
    }
  }
}
