package io.netpoll.core.connection;

import io.netpoll.buffer.PagePool;
import io.netpoll.jcstress.Attempt;
import io.netpoll.spi.Page;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.LZ_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * What becomes of a connection's memory when it ends: what a thread holds is never another one's,
 * and what nobody holds is given back. {@link ConnectionInput} and {@link ConnectionOutput}.
 */
public final class MemoryRaces {
  private static final int PAGE = 4 << 10;
  private static final long OURS = 0x0101010101010101L;

  private MemoryRaces() {}

  /** A connection that ends, and another one that takes the next free page. */
  abstract static class Ending {
    final Link link;
    private @Nullable Page next;

    Ending(Link link) {
      this.link = link;
    }

    /** Resets the connection and lets its loop end it. */
    final void end() {
      link.connection.reset();
      link.stepped.lead();
    }

    /** What another connection does: takes the page that was given back last, and fills it. */
    final void takeNextPage() {
      Page taken = PagePool.shared().take(PAGE);
      ByteBuffer memory = taken.window(0, PAGE);
      for (int i = 0; i < PAGE; i += Long.BYTES) {
        memory.putLong(i, 0);
      }
      next = taken;
    }

    /** Whether nobody else has written to that page. */
    final boolean isUntouched() {
      Page taken = Objects.requireNonNull(next);
      ByteBuffer memory = taken.window(0, PAGE);
      boolean untouched = true;
      for (int i = 0; i < PAGE; i += Long.BYTES) {
        untouched &= memory.getLong(i) == 0;
      }
      PagePool.shared().give(taken);
      return untouched;
    }
  }

  /** A thread is between malloc and flush when the connection ends. */
  @JCStressTest
  @State
  @Outcome(
      id = "(done|ConnectionClosedException), true",
      expect = Expect.ACCEPTABLE,
      desc = "What the writer has claimed is not another connection's.")
  public static class WriterBesideEnd extends Ending {
    public WriterBesideEnd() {
      super(Link.served());
    }

    @Actor
    public void write(LZ_Result r) {
      r.r1 =
          Attempt.of(
              () -> {
                ByteBuffer claimed = link.connection.out.malloc(PAGE / 2);
                for (int i = 0; i < claimed.capacity(); i += Long.BYTES) {
                  claimed.putLong(i, OURS);
                }
                link.connection.out.flush();
              });
    }

    @Actor
    public void close() {
      end();
      takeNextPage();
    }

    @Arbiter
    public void finish(LZ_Result r) {
      r.r2 = isUntouched();
    }
  }

  /** A thread that is not the handler's has a view when the connection ends. */
  @JCStressTest
  @State
  @Outcome(
      id = "(" + OURS + "|ConnectionClosedException)",
      expect = Expect.ACCEPTABLE,
      desc = "The view shows what was received, or there is none.")
  public static class ReaderBesideEnd extends Ending {
    public ReaderBesideEnd() {
      super(Link.served());
      link.receive(1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = Attempt.result(() -> readAndLook(link));
    }

    @Actor
    public void close() {
      end();
      takeNextPage();
    }

    @Arbiter
    public void finish() {
      isUntouched();
    }
  }

  /** A handler has given its connection to a thread that reads, and ends; then all ends. */
  @JCStressTest
  @State
  @Outcome(
      id = "(" + OURS + "|ConnectionClosedException)",
      expect = Expect.ACCEPTABLE,
      desc = "The view shows what was received, or there is none.")
  public static class ReaderBesideEndOfCall extends Ending {
    public ReaderBesideEndOfCall() {
      super(Link.served());
      link.receive(1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Actor
    public void read(L_Result r) {
      r.r1 = Attempt.result(() -> readAndLook(link));
    }

    @Actor
    public void endCall() {
      link.connection.in.endCall(link.connection.in.beginHandlerCall(false));
      end();
      takeNextPage();
    }

    @Arbiter
    public void finish() {
      isUntouched();
    }
  }

  /** Reads eight bytes, and looks at them for a while. */
  private static long readAndLook(Link link) throws IOException {
    ByteBuffer view = link.connection.in.next(Long.BYTES);
    long last = view.getLong(0);
    for (int i = 0; i < 16 && last == OURS; i++) {
      last = view.getLong(0);
    }
    link.connection.in.release();
    return last;
  }

  /** A thread reads by hand, and releases, while another closes the connection. */
  @JCStressTest
  @State
  @Outcome(
      id = {"16843009, 0", "ConnectionClosedException, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "Whoever leaves last gives back what was not read.")
  public static class ReleaseBesideClose extends Ending {
    public ReleaseBesideClose() {
      super(Link.readByHand());
      link.receive(1, 1, 1, 1, 1, 1);
    }

    @Actor
    public void read(LL_Result r) {
      r.r1 =
          Attempt.result(
              () -> {
                int value = link.connection.in.readInt();
                link.connection.in.release();
                return value;
              });
    }

    @Actor
    public void close() {
      link.connection.close();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = link.connection.in.length();
    }
  }

  /** The thread that reads closes the connection itself, while its loop ends it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"16843009, 0", "ConnectionClosedException, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "Nobody has a view, so what was not read is given back.")
  public static class CloseByReaderBesideEnd extends Ending {
    public CloseByReaderBesideEnd() {
      super(Link.readByHand());
      link.receive(1, 1, 1, 1, 1, 1);
    }

    @Actor
    public void read(LL_Result r) {
      r.r1 = Attempt.result(() -> link.connection.in.readInt());
      link.connection.close();
    }

    @Actor
    public void close() {
      end();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = link.connection.in.length();
    }
  }
}
