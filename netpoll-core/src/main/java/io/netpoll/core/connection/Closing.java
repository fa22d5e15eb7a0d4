package io.netpoll.core.connection;

import io.netpoll.core.execution.Await;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.Handle;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the socket of a connection is closed, or given away, step by step. Leader only.
 *
 * <pre>
 *   OPEN ─► DRAINING ─► LINGERING ─► SHUTTING ─► CLOSED
 *    │         │ │                     ▲           ▲
 *    │         │ └── to be detached ───│───────────┘
 *    └─────────┴── abort, failure ─────┘
 * </pre>
 *
 * DRAINING: input is stopped; what was flushed is being sent, at most for the write timeout.
 * LINGERING: FIN was sent, but the peer is in the middle of sending: its bytes are read and
 * dropped, for a second at most, because a socket closed with unread bytes answers with RST, which
 * can destroy what was sent last. A peer that is silent, or has ended, is not waited for.
 *
 * <p>Where there is no memory for a step, it is taken again: the timer that ends it comes first.
 *
 * <p>The socket is never closed while a thread is inside a send or a receive: closing shuts both
 * tokens first, which is SHUTTING where only the input's is left, and a holder that releases one
 * asks for the next step. Closing looks again every {@value #LOOK_MILLIS} ms all the same, so that
 * it does not depend on the holder: one that released the token and broke off then would leave a
 * connection that nobody closes.
 */
final class Closing {
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MILLIS = 50;

  private enum Step {
    OPEN,
    DRAINING,
    LINGERING,
    SHUTTING,
    CLOSED
  }

  private final EngineConnection connection;
  private final Look look = new Look();
  private Step step = Step.OPEN;
  private TimerWheel.@Nullable Timer timer;

  /**
   * The socket that the poller gave up, until a {@link Detachment} takes it: set before CLOSED, and
   * taken by the run, which has seen that.
   */
  @Nullable StreamSocket detached;

  /** To be called early: a class that is first needed when there is no memory is lost for good. */
  static void load() {
    Objects.requireNonNull(Step.OPEN);
    Objects.requireNonNull(DrainLimit.class);
  }

  Closing(EngineConnection connection) {
    this.connection = connection;
  }

  /** Takes the next steps as far as they are possible now. CLOSING is set. */
  void advance() {
    ConnectionState state = connection.state;
    if (step == Step.CLOSED) {
      return;
    }
    if (state.has(ConnectionState.ABORT | ConnectionState.FAILED)) {
      if (connection.out.token.tryShut()) {
        closeSocket();
      } else {
        lookAgain();
      }
      return;
    }
    if (step == Step.OPEN) {
      connection.in.stop();
      long timeout = connection.out.deadline().timeout();
      if ((connection.out.isSendable() || connection.out.pending() > 0) && timeout > 0) {
        timer = new DrainLimit(timeout);
      }
      step = Step.DRAINING;
    }
    if (step == Step.SHUTTING) {
      closeSocket();
    } else if (step == Step.DRAINING) {
      drain();
    } else if (step == Step.LINGERING && hasPeerEnded()) {
      closeSocket();
    } else if (step == Step.LINGERING) {
      connection.in.discard(); // another thread may have held the token
    }
  }

  private void drain() {
    ConnectionOutput out = connection.out;
    if (out.isSendable()) {
      if (out.token.tryPass()) {
        arm(out);
      } else if (!out.token.isPassed()) { // the poller asks for the next step when it is done
        lookAgain();
      }
      return;
    }
    ConnectionFilter filter = connection.filter;
    if (filter != null && out.pending() > 0 && filter.maySendLater() && timer != null) {
      return; // the filter says when, or the limit ends it
    }
    if (!out.token.tryShut()) {
      lookAgain();
      return;
    }
    if (connection.state.has(ConnectionState.DETACH)) {
      if (!connection.in.token.tryShut()) { // another thread reads
        lookAgain();
        return;
      }
      cancelTimer();
      connection.endpoint.handle().detach();
      step = Step.CLOSED;
      return;
    }
    connection.in.token.takeBack(); // a thread may have read, and passed it to the poller since
    if (!connection.in.token.tryHold()) {
      lookAgain();
      return;
    }
    cancelTimer();
    boolean isSilent;
    try {
      isSilent = hasPeerEnded() || isSilent(connection.endpoint.handle());
    } finally {
      connection.in.token.release();
    }
    if (isSilent) {
      closeSocket();
      return;
    }
    timer = connection.loop().timers().schedule(LINGER_NANOS, this::closeSocket);
    step = Step.LINGERING;
    try {
      connection.endpoint.handle().shutdownOutput();
    } catch (IOException e) {
      closeSocket(); // broken already: nothing is left to protect
      return;
    }
    connection.in.discard();
  }

  /** Whether nothing comes now; what callers have left in the socket came before. */
  private boolean isSilent(Handle handle) {
    return handle.discardInput() <= 0
        || (connection.in.callers != null && handle.discardInput() <= 0);
  }

  private void arm(ConnectionOutput out) {
    try {
      connection.endpoint.handle().watchOutput();
    } catch (RuntimeException | Error e) { // this step is taken again, and must find the token
      out.token.release();
      throw e;
    }
  }

  private void closeSocket() {
    if (step == Step.CLOSED) {
      return;
    }
    if (!connection.in.token.tryShut()) {
      step = Step.SHUTTING;
      lookAgain();
      return;
    }
    step = Step.SHUTTING; // where there is no memory, this step is taken again
    cancelTimer();
    if (connection.state.has(ConnectionState.ABORT)) {
      connection.endpoint.handle().abort();
    } else {
      connection.endpoint.handle().close();
    }
    step = Step.CLOSED;
  }

  /** Whether no byte can be unread: the end was read, and not only a filter's failure noted. */
  private boolean hasPeerEnded() {
    return connection.state.has(ConnectionState.ENDED) && !connection.hasFilterFailed();
  }

  /** The poller's last event was seen, whichever side closed the socket. */
  void finished() {
    cancelTimer();
    step = Step.CLOSED;
  }

  /** Another thread has the token. */
  private void lookAgain() {
    connection.loop().timers().schedule(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS), look);
  }

  /** The next look; forgotten when there is nothing to look for. */
  private final class Look extends TimerWheel.Timer {
    @Override
    public void run() {
      advance();
    }
  }

  /**
   * Ends the draining: not as long as each look finds that more has left, for a moment. So what a
   * peer took while the process stood still is made up for.
   */
  private final class DrainLimit extends TimerWheel.Timer {
    private Await.@Nullable Limit grace;
    private long left;

    DrainLimit(long timeoutNanos) {
      connection.loop().timers().schedule(timeoutNanos, this);
    }

    @Override
    public void run() {
      Await.Limit limit = grace;
      long now = connection.out.progress();
      if (limit == null) {
        limit = Await.Limit.in(Await.GRACE_NANOS);
        grace = limit;
      } else if (now == left || limit.nanosLeft() <= 0) {
        connection.reset();
        return;
      }
      left = now;
      connection.loop().timers().schedule(0, this);
    }
  }

  private void cancelTimer() {
    look.cancel();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
