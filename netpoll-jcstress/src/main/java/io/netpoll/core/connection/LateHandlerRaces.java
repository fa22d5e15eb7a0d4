package io.netpoll.core.connection;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A handler is set while the peer, which has sent a byte, closes: {@link CallbackTask}. */
public final class LateHandlerRaces {
  private LateHandlerRaces() {}

  /** A connection that is read by nobody, and what is called. */
  abstract static class Closing {
    final Link link = Link.established();
    private final StringBuilder calls = new StringBuilder();

    Closing() {
      link.receive(7);
      link.connection.addCloseCallback(connection -> calls.append(" close"));
    }

    final void set() {
      link.connection.setOnRequest(
          connection -> calls.append(" request ").append(connection.reader().readByte()));
    }

    /** The loop sees what the poller tells it when the peer closes. */
    final void peerCloses() {
      link.connection.endpoint.ended();
      link.stepped.lead();
      closed();
    }

    final void closed() {
      link.stepped.lead();
      if (link.handle().isClosed() && !link.connection.state.has(ConnectionState.CLOSED)) {
        link.connection.endpoint.closed();
      }
      link.stepped.lead();
    }

    final String calls() {
      closed();
      return calls.toString().trim();
    }
  }

  /** The handler is set while the end is seen. */
  @JCStressTest
  @State
  @Outcome(id = "request 7 close", expect = Expect.ACCEPTABLE, desc = "Set before it was closed.")
  @Outcome(id = "close request 7", expect = Expect.ACCEPTABLE, desc = "Set after that.")
  public static class HandlerBesideEnd extends Closing {
    @Actor
    public void setHandler() {
      set();
    }

    @Actor
    public void end() {
      peerCloses();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = calls();
    }
  }

  /** The handler is set while the socket is closed behind the end. */
  @JCStressTest
  @State
  @Outcome(id = "request 7 close", expect = Expect.ACCEPTABLE, desc = "Set before it was closed.")
  @Outcome(id = "close request 7", expect = Expect.ACCEPTABLE, desc = "Set after that.")
  public static class HandlerBesideClosed extends Closing {
    public HandlerBesideClosed() {
      link.connection.endpoint.ended();
      link.stepped.lead();
    }

    @Actor
    public void setHandler() {
      set();
    }

    @Actor
    public void closeSocket() {
      closed();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = calls();
    }
  }

  /** The handler is set while the user closes what the peer has closed. */
  @JCStressTest
  @State
  @Outcome(id = "close", expect = Expect.ACCEPTABLE, desc = "Closed first: it sees nothing.")
  @Outcome(id = "close request 7", expect = Expect.ACCEPTABLE, desc = "Set first.")
  public static class HandlerBesideClose extends Closing {
    public HandlerBesideClose() {
      peerCloses();
    }

    @Actor
    public void setHandler() {
      set();
    }

    @Actor
    public void close() {
      link.connection.close();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = calls();
    }
  }
}
