package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ReadTimeoutException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A caller is about to sleep for its own socket, sleeps, or reads, when the connection ends or
 * something else happens that it must learn of. None sleeps on, and the socket does not end under
 * it.
 */
public final class CallerRaces {
  private CallerRaces() {}

  /** A connection from which a caller reads one byte, which comes only if a test says so. */
  abstract static class Calling {
    final Link link = Link.readByCallers();
    volatile boolean returned;

    final String read() {
      try {
        return "read " + link.connection.reader().readByte();
      } catch (ConnectionClosedException e) {
        return "closed";
      } catch (ReadTimeoutException e) {
        return "late";
      } catch (InterruptedIOException e) {
        return "interrupted";
      } catch (IOException e) {
        return e.toString();
      } finally {
        returned = true;
      }
    }

    /** Leads the loop until the caller has returned. */
    final void leadOn() {
      while (!returned && !link.handle().overslept) {
        link.stepped.lead();
      }
    }

    /** Does what the loop and its poller were asked to do, to the end. */
    final String settle() {
      link.connection.reader().release();
      link.settle();
      return state();
    }

    final String state() {
      return (link.handle().isDetaching() ? "given" : "")
          + (link.handle().isClosed() ? "closed" : "")
          + (link.connection.in.token.isShut() ? ", shut" : "")
          + (link.handle().overslept ? ", overslept" : "")
          + (link.handle().misused ? ", misused" : "");
    }
  }

  /** The connection is closed. */
  @JCStressTest
  @State
  @Outcome(id = "closed, closed, shut", expect = Expect.ACCEPTABLE, desc = "The caller first.")
  public static class CallBesideClose extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void close() {
      link.connection.close();
      leadOn();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = settle();
    }
  }

  /** The connection is reset. */
  @JCStressTest
  @State
  @Outcome(id = "closed, closed, shut", expect = Expect.ACCEPTABLE, desc = "The caller first.")
  public static class CallBesideAbort extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void abort() {
      link.connection.abort();
      leadOn();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = settle();
    }
  }

  /** The socket is given away. */
  @JCStressTest
  @State
  @Outcome(id = "closed, given, shut", expect = Expect.ACCEPTABLE, desc = "The caller first.")
  public static class CallBesideDetach extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void detach() {
      link.connection.detach();
      leadOn();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = settle();
    }
  }

  /** The poller is closed by force, which waits for nobody. */
  @JCStressTest
  @State
  @Outcome(id = "closed, , shut", expect = Expect.ACCEPTABLE, desc = "The caller learns of it.")
  public static class CallBesideEndOfPoller extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void end() {
      link.connection.endpoint.closed();
      leadOn();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = state();
    }
  }

  /** The peer ends, which both the caller and the poller see. */
  @JCStressTest
  @State
  @Outcome(id = "closed, closed, shut", expect = Expect.ACCEPTABLE, desc = "The loop closes it.")
  public static class CallBesideEndOfPeer extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void end() {
      link.handle().ends();
      while (!returned && !link.handle().overslept) {
        link.connection.endpoint.readable(true);
        link.stepped.lead();
      }
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = settle();
    }
  }

  /** A byte comes, and the poller reports it as well. */
  @JCStressTest
  @State
  @Outcome(id = "read 0", expect = Expect.ACCEPTABLE, desc = "By one of the two.")
  public static class CallBesideReadable extends Calling {
    private volatile boolean done;

    @Actor
    public void call(L_Result r) {
      r.r1 = read();
      done = true;
    }

    @Actor
    public void come() {
      link.handle().comes(1);
      while (!done && !link.handle().overslept) {
        link.connection.endpoint.readable(false);
        link.stepped.lead();
      }
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 += state();
    }
  }

  /** The time that the caller has is shortened. */
  @JCStressTest
  @State
  @Outcome(id = "late, ", expect = Expect.ACCEPTABLE, desc = "It sees the new time.")
  public static class CallBesideTimeout extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void shorten() {
      link.connection.setReadTimeout(Duration.ofNanos(1000));
      leadOn();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = state();
    }
  }

  /** The loop makes room by dropping what idle connections keep. */
  @JCStressTest
  @State
  @Outcome(id = "read 0, ", expect = Expect.ACCEPTABLE, desc = "Never under the caller.")
  public static class CallBesideDrop extends Calling {
    @Actor
    public void call(LL_Result r) {
      r.r1 = read();
    }

    @Actor
    public void drop() {
      link.connection.in.keep();
      link.drop();
      link.handle().comes(1);
      while (!returned && !link.handle().overslept) {
        link.connection.endpoint.readable(false);
        link.stepped.lead();
        link.drop();
      }
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = state();
    }
  }
}
