package io.netpoll.client;

import io.netpoll.core.execution.Await;
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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * That one thread at a time sends, and that no message is left behind: {@link EngineShardQueue}.
 */
public final class ShardQueueRaces {
  private static final long TEN_SECONDS = 10_000_000_000L;

  private ShardQueueRaces() {}

  /** A queue with room for so many bytes. */
  abstract static class Queueing {
    final WriterOnly sink = new WriterOnly();
    final EngineShardQueue queue;

    Queueing(int room) {
      queue = new EngineShardQueue(sink.connection, room, TEN_SECONDS);
    }

    final String put(char first, char second) {
      return Attempt.of(
          () -> {
            queue.put(WriterOnly.message(first));
            queue.put(WriterOnly.message(second));
          });
    }

    final String written() {
      return sink.inOrder() + ", " + queue.queued() + " queued";
    }
  }

  /** Two producers, one of which sends, or both in turn. */
  @JCStressTest
  @State
  @Outcome(
      id = "done, done, 4 in order, 0 queued",
      expect = Expect.ACCEPTABLE,
      desc = "Nothing is left behind.")
  public static class TwoProducers extends Queueing {
    public TwoProducers() {
      super(100);
    }

    @Actor
    public void one(LLL_Result r) {
      r.r1 = put('a', 'b');
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = put('c', 'd');
    }

    @Arbiter
    public void finish(LLL_Result r) {
      r.r3 = written();
    }
  }

  /** Two producers that wait for each other's room. */
  @JCStressTest
  @State
  @Outcome(
      id = "done, done, 4 in order, 0 queued",
      expect = Expect.ACCEPTABLE,
      desc = "Nobody waits for ever, and nothing is left behind.")
  public static class TwoProducersWithoutRoom extends Queueing {
    public TwoProducersWithoutRoom() {
      super(1);
    }

    @Actor
    public void one(LLL_Result r) {
      r.r1 = put('a', 'b');
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = put('c', 'd');
    }

    @Arbiter
    public void finish(LLL_Result r) {
      r.r3 = written();
    }
  }

  /** The queue is closed while a thread puts. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, 1 in order, 0 queued", "ConnectionClosedException, 0 in order, 0 queued"},
      expect = Expect.ACCEPTABLE,
      desc = "The message was sent, or was refused.")
  public static class PutBesideClose extends Queueing {
    public PutBesideClose() {
      super(100);
    }

    @Actor
    public void put(LL_Result r) {
      r.r1 = Attempt.of(() -> queue.put(WriterOnly.message('a')));
    }

    @Actor
    public void close() {
      queue.close();
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = written();
    }
  }

  /** The queue is closed while a thread waits for room. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException",
      expect = Expect.ACCEPTABLE,
      desc = "The wait has ended.")
  public static class WaitForRoomBesideClose {
    private final ByteBudget room;
    private volatile boolean over;

    public WaitForRoomBesideClose() {
      room = new ByteBudget(1, TEN_SECONDS, Await.Arrivals.NONE, () -> over);
      Attempt.of(() -> room.take(1, () -> "Filling"));
    }

    @Actor
    public void take(L_Result r) {
      r.r1 =
          Attempt.result(
              () -> room.take(1, () -> "Taking") ? "granted" : "ConnectionClosedException");
    }

    @Actor
    public void end() {
      over = true;
      room.wakeAll();
    }
  }

  /** Room comes free while a thread begins to wait for it. */
  @JCStressTest
  @State
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "It was woken, or did not wait.")
  public static class WaitForRoomBesideRelease {
    private final ByteBudget room =
        new ByteBudget(1, TEN_SECONDS, Await.Arrivals.NONE, () -> false);

    public WaitForRoomBesideRelease() {
      Attempt.of(() -> room.take(1, () -> "Filling"));
    }

    @Actor
    public void take(L_Result r) {
      r.r1 = Attempt.result(() -> room.take(1, () -> "Taking"));
    }

    @Actor
    public void giveBack() {
      room.giveBack(1);
    }
  }

  /** A message is decided while its producer begins to wait for that. */
  @JCStressTest
  @State
  @Outcome(id = "IOException", expect = Expect.ACCEPTABLE, desc = "It was told that it is lost.")
  public static class AwaitBesideDecision extends Queueing {
    private final QueuedMessage message = new QueuedMessage(queue, WriterOnly.message('a'));

    public AwaitBesideDecision() {
      super(100);
    }

    @Actor
    public void await(L_Result r) {
      r.r1 = Attempt.of(message::await);
    }

    @Actor
    public void decide() {
      QueuedMessage.decide(message, new IOException("lost"));
    }
  }
}
