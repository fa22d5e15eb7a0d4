package io.netpoll.core.connection;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The run and the life of a connection, two transitions at a time: {@link ConnectionState}. */
public final class ConnectionStateRaces {
  private ConnectionStateRaces() {}

  /**
   * A run, and a signal for something that was published before it. The run must see it, or the
   * signal must start another one.
   */
  abstract static class Run {
    final ConnectionState state = new ConnectionState();
    private int published;
    private int seen;

    final boolean publishAndSignal() {
      published = 1;
      return state.signal();
    }

    final boolean closeAndSignal() {
      return state.setClosing(0) && state.signal();
    }

    final void see() {
      seen = published;
    }

    final void end() {
      while (!state.end()) {
        state.consumeSignal();
        see();
      }
    }

    final String outcome(boolean started) {
      if (!started) {
        return seen == 1 ? "seen" : "overlooked";
      }
      state.begin();
      see();
      return seen == 1 && state.end() ? "started" : "started too early";
    }
  }

  /** A signal comes while a run looks a last time and ends. */
  @JCStressTest
  @State
  @Outcome(id = "seen", expect = Expect.ACCEPTABLE, desc = "The run saw it.")
  @Outcome(id = "started", expect = Expect.ACCEPTABLE, desc = "The run had ended.")
  public static class SignalBesideEnd extends Run {
    private boolean started;

    public SignalBesideEnd() {
      state.signal();
      state.begin();
    }

    @Actor
    public void signal() {
      started = publishAndSignal();
    }

    @Actor
    public void run() {
      state.consumeSignal();
      see();
      end();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = outcome(started);
    }
  }

  /** A signal comes while a scheduled run begins. */
  @JCStressTest
  @State
  @Outcome(id = "seen", expect = Expect.ACCEPTABLE, desc = "The run saw it.")
  @Outcome(id = "started", expect = Expect.ACCEPTABLE, desc = "The run had ended.")
  public static class SignalBesideBegin extends Run {
    private boolean started;

    public SignalBesideBegin() {
      state.signal();
    }

    @Actor
    public void signal() {
      started = publishAndSignal();
    }

    @Actor
    public void run() {
      state.begin();
      see();
      end();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = outcome(started);
    }
  }

  /** A signal and a life bit come while a run yields, to go on elsewhere. */
  @JCStressTest
  @State
  @Outcome(
      id = "seen, true",
      expect = Expect.ACCEPTABLE,
      desc = "The run saw both, sooner or later.")
  @Outcome(id = "started, true", expect = Expect.ACCEPTABLE, desc = "The run had ended.")
  public static class SignalBesideYield extends Run {
    private boolean started;

    public SignalBesideYield() {
      state.signal();
      state.begin();
    }

    @Actor
    public void signal() {
      state.set(ConnectionState.CLOSE_WHEN_IDLE);
      started = publishAndSignal();
    }

    @Actor
    public void run() {
      state.yield();
      state.begin();
      see();
      end();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r1 = outcome(started);
      r.r2 = state.has(ConnectionState.CLOSE_WHEN_IDLE);
    }
  }

  /** Two signals come while no run is: one of them starts it. */
  @JCStressTest
  @State
  @Outcome(
      id = "true, false, starts again",
      expect = Expect.ACCEPTABLE,
      desc = "The first started it.")
  @Outcome(
      id = "false, true, starts again",
      expect = Expect.ACCEPTABLE,
      desc = "The second started it.")
  public static class SignalBesideSignal {
    private final ConnectionState state = new ConnectionState();

    @Actor
    public void one(ZZL_Result r) {
      r.r1 = state.signal();
    }

    @Actor
    public void other(ZZL_Result r) {
      r.r2 = state.signal();
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      state.begin();
      r.r3 = state.end() && state.signal() ? "starts again" : "is stuck";
    }
  }

  /** The connection is closed while its run looks a last time and ends. */
  @JCStressTest
  @State
  @Outcome(id = "seen", expect = Expect.ACCEPTABLE, desc = "The run saw it.")
  @Outcome(id = "started", expect = Expect.ACCEPTABLE, desc = "The run had ended.")
  public static class CloseBesideEnd extends Run {
    private boolean started;
    private boolean closingSeen;

    public CloseBesideEnd() {
      state.signal();
      state.begin();
    }

    @Actor
    public void close() {
      started = closeAndSignal();
    }

    @Actor
    public void run() {
      int word = state.consumeSignal();
      while (!state.end()) {
        word = state.consumeSignal();
      }
      closingSeen = (word & ConnectionState.CLOSING) != 0;
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = started ? "started" : closingSeen ? "seen" : "overlooked";
    }
  }

  /** Two threads close for different reasons: one of them says why, and all of it. */
  @JCStressTest
  @State
  @Outcome(
      id = "true, false, by the peer",
      expect = Expect.ACCEPTABLE,
      desc = "The first said why.")
  @Outcome(id = "false, true, reset", expect = Expect.ACCEPTABLE, desc = "The second said why.")
  public static class CloseBesideClose {
    private final ConnectionState state = new ConnectionState();

    @Actor
    public void byPeer(ZZL_Result r) {
      r.r1 = state.setClosing(ConnectionState.BY_PEER);
    }

    @Actor
    public void reset(ZZL_Result r) {
      r.r2 = state.setClosing(ConnectionState.ABORT);
    }

    @Arbiter
    public void finish(ZZL_Result r) {
      boolean byPeer = state.has(ConnectionState.BY_PEER);
      boolean reset = state.has(ConnectionState.ABORT);
      r.r3 = byPeer == reset ? "mixed" : byPeer ? "by the peer" : "reset";
    }
  }

  /** The peer is blamed while this side closes: the reason stays what it was when closing began. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Blamed too late.")
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Blamed before.")
  public static class BlameBesideClose {
    private final ConnectionState state = new ConnectionState();

    @Actor
    public void blame() {
      state.markPeerClosed();
    }

    @Actor
    public void close(ZZ_Result r) {
      state.setClosing(0);
      r.r1 = state.has(ConnectionState.BY_PEER);
    }

    @Arbiter
    public void finish(ZZ_Result r) {
      r.r2 = state.has(ConnectionState.BY_PEER);
    }
  }
}
