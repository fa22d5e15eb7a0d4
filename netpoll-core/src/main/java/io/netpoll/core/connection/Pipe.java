package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.core.execution.ContextLoader;
import io.netpoll.core.loop.RetryQueue;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Forwards what a connection, the source, receives to the output of another, the destination, which
 * may be watched by another poll loop or be the source itself.
 *
 * <h2>Who does what</h2>
 *
 * <b>The leader of the source's loop does all forwarding</b>, right after it read, whatever the
 * execution mode: no user code is called, nothing waits. It is the reader of the source's input and
 * the writer of the destination's output from {@link #start} on, and sends itself if the
 * destination's {@link SocketToken} is free, on whichever loop that is. Other threads ask it to
 * look again, by posting {@link LoopEndpoint#PIPE}:
 *
 * <ul>
 *   <li>the source's run, once no callback is in progress that could be reading ({@link #start});
 *   <li>a thread that sends for the destination, when no more than the low-water mark is left;
 *   <li>a thread that closes or fails one of the two, or sees the source's end ({@code
 *       wakeWaiters});
 *   <li>the leader of the destination's loop, once the last byte and FIN were sent.
 * </ul>
 *
 * <pre>
 *   WAITING ── start ──► FLOWING ── destination above its high mark ──► BLOCKED
 *                         │  ▲                                           │
 *                         │  └────────── at its low mark ────────────────┘
 *                         │ source ended, all forwarded
 *                         ▼
 *                      ENDING ── destination sent FIN ──► OVER
 *
 *   each but OVER ── one of the two closed or failed ──► OVER (the other one is closed or reset)
 * </pre>
 *
 * <h2>Ordering</h2>
 *
 * The leader sets BLOCKED, puts a full fence, and looks at what is pending; a sender acknowledges
 * bytes, puts a full fence, and reads whether it is BLOCKED. One of the two sees the other, so
 * input never stays paused. The other posts come after a change of {@link ConnectionState}, which
 * is a full fence, and the leader reads that state whenever it looks.
 *
 * <p>Its end is told by a step that is tried again where there is no memory: it starts where the
 * user may be called, and completes the future.
 */
final class Pipe extends RetryQueue.Step implements Runnable {
  private enum State {
    WAITING,
    FLOWING,
    BLOCKED,
    ENDING,
    OVER
  }

  private final EngineConnection source;
  private final EngineConnection destination;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** Written by the leader of the source's loop. */
  private volatile State state = State.WAITING;

  /** Why it broke off; null if it did not. Written before the state is OVER. */
  private @Nullable IOException cause;

  Pipe(EngineConnection source, EngineConnection destination) {
    this.source = source;
    this.destination = destination;
  }

  /** Completes when the pipe is over, never on the stack of the library's own threads' work. */
  CompletableFuture<Void> end() {
    return end;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Whether nothing is forwarded any more, and nothing will be. */
  boolean isOver() {
    return state == State.OVER;
  }

  /** Whether the destination's output must drain first. */
  boolean isBlocked() {
    return state == State.BLOCKED;
  }

  /** Has the leader of the source's loop look at everything again. */
  void look() {
    if (state != State.OVER) {
      source.endpoint.post(LoopEndpoint.PIPE);
    }
  }

  // ---- The source's run ----------------------------------------------------------------------

  /** No callback reads any more: forwarding may begin. */
  void start() {
    if (state == State.WAITING) {
      source.endpoint.post(LoopEndpoint.PIPE_START);
    }
  }

  // ---- The leader of the source's loop -------------------------------------------------------

  void startNow() {
    if (state == State.WAITING && source.in.forwardsThrough(this)) {
      state = State.FLOWING;
    }
  }

  /** Forwards what has come, if forwarding has begun; false if it has not. */
  boolean arrived() {
    if (state == State.WAITING) {
      return false;
    }
    advance();
    return true;
  }

  /** Takes the steps that are possible now. */
  void advance() {
    if (state == State.ENDING && destination.out.isFinished()) {
      over(null);
    } else if (state != State.OVER && isBroken()) {
      breakOff();
    } else {
      if (state == State.BLOCKED && destination.out.isLow()) {
        state = State.FLOWING;
      }
      if (state == State.FLOWING) {
        forward();
      }
    }
  }

  private void forward() {
    try {
      source.in.moveTo(destination.out);
    } catch (IOException e) {
      // The destination has failed, and its leader has yet to note it.
      source.abort();
      over(destination.peerClosed(what(), e));
      return;
    }
    if (source.state.has(ConnectionState.ENDED)) {
      state = State.ENDING;
      destination.out.finish();
    } else if (destination.out.isHigh()) {
      state = State.BLOCKED;
      VarHandle.fullFence(); // pairs with the one of OutputSender.sent
      if (destination.out.isLow()) {
        state = State.FLOWING;
      }
    }
    if (state == State.FLOWING) {
      source.in.resumeNow();
    }
  }

  private boolean isBroken() {
    int end = ConnectionState.CLOSING | ConnectionState.FAILED;
    return source.state.has(end) || destination.state.has(end);
  }

  /** One of the two is closed or has failed: the other one's peer must learn of it. */
  private void breakOff() {
    boolean here = source.state.has(ConnectionState.CLOSING | ConnectionState.FAILED);
    EngineConnection broken = here ? source : destination;
    EngineConnection other = here ? destination : source;
    int seen = broken.state.get();
    ConnectionClosedException cause = broken.closedException(this::what);
    if ((seen & (ConnectionState.FAILED | ConnectionState.ABORT)) != 0) {
      other.abort();
    } else {
      other.close();
    }
    over(cause);
  }

  private String what() {
    return "The pipe from " + source.peer() + " to " + destination.peer() + " broke off";
  }

  private void over(@Nullable IOException why) {
    cause = why;
    state = State.OVER;
    try {
      source.in.forwardsNoMore(this);
    } finally {
      try {
        source.callbacks.signal();
        destination.callbacks.signal();
      } finally {
        retry();
      }
    }
  }

  // ---- Telling the end -----------------------------------------------------------------------

  /** Has the end told on a thread that may run what the user hangs on it. */
  @Override
  public void retry() {
    source.loop().start(this);
  }

  @Override
  public void abandon() {
    run();
  }

  /** Tells the end; once more does nothing. */
  @Override
  public void run() {
    ClassLoader before = source.settings.context.enter();
    try {
      if (cause == null) {
        end.complete(null);
      } else {
        end.completeExceptionally(cause);
      }
    } catch (Throwable t) { // there is no memory
      source.loop().postpone(this, t);
    } finally {
      ContextLoader.leave(before);
    }
  }
}
