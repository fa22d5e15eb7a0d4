package io.netpoll.core.connection;

import io.netpoll.LinkBuffer;
import io.netpoll.ShardQueue;
import io.netpoll.ShardQueue.Delivery;
import io.netpoll.core.connection.OutputRaces.Sending;
import io.netpoll.jcstress.Attempt;
import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** What becomes of messages that a {@link ShardQueue} has for a real connection. */
public final class SharedOutputRaces {
  private SharedOutputRaces() {}

  /** A connection and a queue for it. */
  abstract static class Sharing extends Sending {
    final ShardQueue queue = ShardQueue.of(link.connection);

    /** Puts a byte, and tells whether the connection took it. */
    final String put() {
      return Attempt.of(
          () -> {
            Delivery delivery = queue.put(message());
            delivery.await();
          });
    }

    private static LinkBuffer message() throws IOException {
      LinkBuffer message = LinkBuffer.create();
      message.writeByte(1);
      message.flush();
      return message;
    }
  }

  /** Two threads put for one connection. */
  @JCStressTest
  @State
  @Outcome(
      id = "done, done, 0 pending 2",
      expect = Expect.ACCEPTABLE,
      desc = "Both messages were sent.")
  public static class TwoProducers extends Sharing {
    @Actor
    public void one(LLL_Result r) {
      r.r1 = put();
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = put();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      r.r3 = state() + " " + handle.sent();
    }
  }

  /** The connection is closed while a thread puts. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, 0 pending, shut, closed", "ConnectionClosedException, 0 pending, shut, closed"},
      expect = Expect.ACCEPTABLE,
      desc = "The message was in time, or was refused.")
  public static class PutBesideClose extends Sharing {
    @Actor
    public void put(LL_Result r) {
      r.r1 = put();
    }

    @Actor
    public void close() {
      link.connection.close();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r2 = state();
    }
  }
}
