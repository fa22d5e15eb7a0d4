package io.netpoll.core.connection;

import io.netpoll.core.group.SteppedHandle;
import io.netpoll.jcstress.Attempt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLI_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Who sends, and that all that was flushed is sent: {@link ConnectionOutput} and {@link
 * SocketToken}, with {@link Closing} where the connection ends.
 *
 * <p>A flush that finds the connection closing fails with ConnectionClosedException.
 */
public final class OutputRaces {
  private static final String CLOSED = "ConnectionClosedException";

  private OutputRaces() {}

  /** A connection, and what became of it. */
  abstract static class Sending {
    final Link link = Link.served();
    final SteppedHandle handle = link.handle();

    /** What is left to be sent, and how the socket was used. */
    final String state() {
      ConnectionOutput out = link.connection.out;
      return out.pending()
          + " pending"
          + (out.token.isShut() ? ", shut" : "")
          + (handle.isAborted() ? ", reset" : handle.isClosed() ? ", closed" : "")
          + (handle.misused ? ", misused" : "");
    }

    /** Lets the loop do what it was asked to do, and the socket take all. */
    final void settle() {
      link.stepped.lead();
      if (handle.isArmed() && link.connection.out.token.isPassed()) {
        handle.full = false;
        handle.sendAsPoller();
        link.stepped.lead();
      }
    }
  }

  /** A thread flushes while another sends what is held back. */
  @JCStressTest
  @State
  @Outcome(id = "done, 0 pending, 2", expect = Expect.ACCEPTABLE, desc = "Nothing is left behind.")
  public static class FlushBesideSend extends Sending {
    @Actor
    public void flush(LLI_Result r) {
      r.r1 =
          Attempt.of(
              () -> {
                link.write(1);
                link.write(1);
              });
    }

    @Actor
    public void send() {
      link.connection.out.sendHeld();
      link.connection.out.sendHeld();
    }

    @Arbiter
    public void finish(LLI_Result r) {
      r.r2 = state();
      r.r3 = handle.sent();
    }
  }

  /** A thread flushes while the poller sends the last of what the socket did not take before. */
  @JCStressTest
  @State
  @Outcome(id = "done, 0 pending, 2", expect = Expect.ACCEPTABLE, desc = "Nothing is left behind.")
  public static class FlushBesidePoller extends Sending {
    public FlushBesidePoller() {
      handle.full = true;
      Attempt.of(() -> link.write(1));
      handle.full = false;
    }

    @Actor
    public void flush(LLI_Result r) {
      r.r1 = Attempt.of(() -> link.write(1));
    }

    @Actor
    public void send() {
      handle.sendAsPoller();
    }

    @Arbiter
    public void finish(LLI_Result r) {
      r.r2 = state();
      r.r3 = handle.sent();
    }
  }

  /** A flush of more than the mark waits until the poller has sent enough. */
  @JCStressTest
  @State
  @Outcome(id = "done, 0 pending, 6", expect = Expect.ACCEPTABLE, desc = "The flush went on.")
  public static class WaitingFlushBesidePoller extends Sending {
    public WaitingFlushBesidePoller() {
      handle.full = true;
      Attempt.of(() -> link.write(1));
      handle.full = false;
    }

    @Actor
    public void flush(LLI_Result r) {
      r.r1 = Attempt.of(() -> link.write(Link.MARK + 1));
    }

    @Actor
    public void send() {
      handle.sendAsPoller();
    }

    @Arbiter
    public void finish(LLI_Result r) {
      r.r2 = state();
      r.r3 = handle.sent();
    }
  }

  /** The connection is closed while a thread flushes. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, 0 pending, shut, closed", "ConnectionClosedException, 0 pending, shut, closed"},
      expect = Expect.ACCEPTABLE,
      desc = "The flush was in time, or was refused.")
  public static class FlushBesideClose extends Sending {
    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(1));
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

  /** The connection is closed while a thread passes the token, since the socket is full. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, 0 pending, shut, closed", "ConnectionClosedException, 0 pending, shut, closed"},
      expect = Expect.ACCEPTABLE,
      desc = "The flush was in time, or was refused.")
  public static class PassBesideClose extends Sending {
    public PassBesideClose() {
      handle.full = true;
    }

    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(1));
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

  /** The connection is reset while a thread passes the token, since the socket is full. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, 0 pending, shut, reset", "ConnectionClosedException, 0 pending, shut, reset"},
      expect = Expect.ACCEPTABLE,
      desc = "The socket is gone, what was flushed with it.")
  public static class PassBesideAbort extends Sending {
    public PassBesideAbort() {
      handle.full = true;
    }

    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(1));
    }

    @Actor
    public void abort() {
      link.connection.abort();
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r2 = state();
    }
  }

  /** The connection is closed while a flush waits for a socket that takes nothing. */
  @JCStressTest
  @State
  @Outcome(
      id = "ConnectionClosedException, 0 pending, shut, reset",
      expect = Expect.ACCEPTABLE,
      desc = "The flush was refused, or has ended its wait.")
  public static class WaitingFlushBesideAbort extends Sending {
    public WaitingFlushBesideAbort() {
      handle.full = true;
    }

    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(Link.MARK + 1));
    }

    @Actor
    public void abort() {
      link.connection.abort();
    }

    @Arbiter
    public void finish(LL_Result r) {
      settle();
      r.r2 = state();
    }
  }

  /** A send fails while the poller finds the connection broken. */
  @JCStressTest
  @State
  @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The socket is closed.")
  public static class FailingSendBesideFailure extends Sending {
    public FailingSendBesideFailure() {
      link.handle().broken = true;
    }

    @Actor
    public void send() {
      Attempt.of(() -> link.write(1));
    }

    @Actor
    public void fail() {
      link.connection.endpoint.failed(new IOException("Connection reset"));
      link.stepped.lead();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r1 = link.handle().isClosed();
      r.r2 = link.handle().misused;
    }
  }

  /** The poller closes the socket by force while a thread passes the token. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, true", "ConnectionClosedException, true"},
      expect = Expect.ACCEPTABLE,
      desc = "Nobody sends any more.")
  public static class PassBesideClosed extends Sending {
    public PassBesideClosed() {
      handle.full = true;
    }

    @Actor
    public void flush(LL_Result r) {
      r.r1 = Attempt.of(() -> link.write(1));
    }

    @Actor
    public void closed() {
      link.connection.endpoint.closed();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = link.connection.out.token.isShut();
    }
  }

  /** The connection is closed by force while a file is written to it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"done, closed", "ConnectionClosedException, closed"},
      expect = Expect.ACCEPTABLE,
      desc = "The file is closed, if it was opened.")
  public static class FileBesideClosed extends Sending {
    private static final Path FILE = file();

    private static Path file() {
      try {
        Path file = Files.createTempFile("races", "");
        file.toFile().deleteOnExit();
        return Files.write(file, new byte[1]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Actor
    public void write(LL_Result r) {
      r.r1 = Attempt.of(() -> link.connection.out.transferFrom(FILE, 0, 1));
    }

    @Actor
    public void closed() {
      link.connection.endpoint.closed();
    }

    @Arbiter
    public void finish(LL_Result r) {
      link.stepped.lead();
      r.r2 = link.connection.out.hasFiles() ? "left open" : "closed";
    }
  }

  /**
   * Inline, a run leaves more than the mark unsent, so that input waits, while the poller sends
   * that and a reader catches up.
   */
  @JCStressTest
  @State
  @Outcome(id = "resumed", expect = Expect.ACCEPTABLE, desc = "Input has gone on.")
  public static class ThrottleBesideSend {
    private final Link link = Link.established(Duration.ofSeconds(10), Duration.ofNanos(1));
    private final int resumedBefore = link.handle().timesResumed();

    public ThrottleBesideSend() {
      link.handle().full = true;
      Attempt.of(() -> link.write(Link.MARK + 1));
      link.receive(1, 2, 3, 4);
      link.receive(5); // which is refused: input is paused
    }

    @Actor
    public void endRun() {
      link.connection.out.sendLate();
    }

    @Actor
    public void sendAndCatchUp() {
      link.handle().full = false;
      link.handle().sendAsPoller();
      Attempt.of(() -> link.connection.in.skip(Link.MARK));
      link.connection.in.release();
    }

    @Arbiter
    public void finish(L_Result r) {
      link.stepped.lead();
      r.r1 = link.handle().timesResumed() > resumedBefore ? "resumed" : "paused for ever";
    }
  }
}
