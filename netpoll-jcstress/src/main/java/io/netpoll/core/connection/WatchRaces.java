package io.netpoll.core.connection;

import io.netpoll.core.group.SteppedHandle;
import io.netpoll.jcstress.Attempt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Those that wait for output to leave without a thread: {@link OutputWatch}. */
public final class WatchRaces {
  private WatchRaces() {}

  /** A connection of which more than the mark is unsent, since its socket was full. */
  abstract static class Full {
    final Link link = Link.served();
    final SteppedHandle handle = link.handle();
    final AtomicInteger told = new AtomicInteger();
    final @Nullable CompletableFuture<Void> first;

    Full(boolean isTold) {
      if (isTold) {
        link.connection.setOnWritable(connection -> told.incrementAndGet());
      }
      handle.full = true;
      first = flushAsync(Link.MARK + 1);
      handle.full = false;
    }

    final CompletableFuture<Void> flushAsync(int bytes) {
      write(bytes);
      return link.connection.writer().flushAsync().toCompletableFuture();
    }

    final void write(int bytes) {
      link.connection.writer().writeBinary(new byte[bytes]);
    }

    /** Lets the loop do what it was asked to do, and the socket take all. */
    final void settle() {
      link.stepped.lead();
      if (handle.isArmed() && link.connection.out.token.isPassed()) {
        handle.sendAsPoller();
        link.stepped.lead();
      }
    }

    static String end(@Nullable CompletableFuture<Void> stage) {
      if (stage == null || !stage.isDone()) {
        return "pending";
      }
      return stage.isCompletedExceptionally() ? "failed" : "sent";
    }
  }

  /** A flush is taken, or dropped, while the poller makes room. */
  @JCStressTest
  @State
  @Outcome(id = "taken, told", expect = Expect.ACCEPTABLE, desc = "There was room already.")
  @Outcome(id = "dropped, told", expect = Expect.ACCEPTABLE, desc = "It is told to try again.")
  public static class DropBesidePoller extends Full {
    public DropBesidePoller() {
      super(true);
      link.stepped.lead();
    }

    @Actor
    public void flush(LL_Result r) {
      Attempt.of(
          () -> {
            write(1);
            r.r1 = link.connection.writer().flushOrDrop() ? "taken" : "dropped";
          });
    }

    @Actor
    public void send() {
      handle.sendAsPoller();
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r2 = told.get() > 0 ? "told" : "not told";
    }
  }

  /** The callback is set while the poller makes room. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "There was room before.")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "It was told once.")
  public static class SetBesidePoller extends Full {
    private volatile boolean wasWritable;

    public SetBesidePoller() {
      super(false);
      link.stepped.lead();
    }

    @Actor
    public void set() {
      link.connection.setOnWritable(connection -> told.incrementAndGet());
      wasWritable = link.connection.isWritable();
    }

    @Actor
    public void send() {
      handle.sendAsPoller();
    }

    @Arbiter
    public void finish(L_Result r) {
      settle();
      r.r1 = told.get() == 0 && !wasWritable ? "not told" : String.valueOf(told.get());
    }
  }

  /** A flush gets a stage while the poller sends what was flushed before. */
  @JCStressTest
  @State
  @Outcome(id = "sent, sent", expect = Expect.ACCEPTABLE, desc = "Both are told.")
  public static class StageBesidePoller extends Full {
    private @Nullable CompletableFuture<Void> second;

    public StageBesidePoller() {
      super(false);
      link.stepped.lead();
    }

    @Actor
    public void flush() {
      second = flushAsync(1);
    }

    @Actor
    public void send() {
      handle.sendAsPoller();
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r1 = end(first);
      r.r2 = end(second);
    }
  }

  /** A flush gets a stage while the connection is aborted. */
  @JCStressTest
  @State
  @Outcome(id = "failed, failed", expect = Expect.ACCEPTABLE, desc = "Both are told.")
  public static class StageBesideAbort extends Full {
    private @Nullable CompletableFuture<Void> second;

    public StageBesideAbort() {
      super(false);
      handle.full = true;
      link.stepped.lead();
    }

    @Actor
    public void flush() {
      second = flushAsync(1);
    }

    @Actor
    public void abort() {
      link.connection.abort();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = end(first);
      r.r2 = end(second);
    }
  }
}
