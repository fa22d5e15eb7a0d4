package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.execution.Await;
import io.netpoll.core.loop.Log;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.LogLimit;
import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Accepts the connections of one listening socket, which an {@link AdmissionQueue} spreads over the
 * loops of the group or keeps on its own loop. One that keeps them gives them to the others once
 * its loop is retired: it goes on until it is closed, since its socket gets its share of the
 * connections.
 *
 * <p>When accepting fails, for want of descriptors for example, it pauses for a tenth of a second;
 * established connections go on meanwhile, and those that wait in the backlog are accepted later.
 *
 * <pre>
 *   NEW ── the loop takes the socket ──► ACCEPTING ── close, or it fails ──► CLOSED
 *    └──────────────────────── close ──────────────────────────────────────────▲
 * </pre>
 *
 * <p>Any thread starts and closes it; the loop carries that out. A handler may hold the loop for as
 * long as it likes, so a thread that waits for that has a limit, and holds no lock. The thread that
 * moves a NEW one to CLOSED closes the socket, which no poller has; from ACCEPTING on the poller
 * owns it, and the loop closes it.
 */
public final class AcceptLoop implements Acceptor {
  /** How long a caller that has set no limit waits for a loop, which a handler may hold. */
  public static final long LOOP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private enum Phase {
    NEW,
    ACCEPTING,
    CLOSED
  }

  private final ConnectionLoop loop;
  private final ListenSocket socket;
  private final Map<SocketOption<?>, Object> options;
  private final AdmissionQueue admissions;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

  /** Completed when the loop accepts, or is not to any more; with what it failed with. */
  private final CompletableFuture<Void> started = new CompletableFuture<>();

  /** Completed when nothing more will be accepted; with the reason, unless it was closed. */
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** Completed when the socket is closed. */
  private final CompletableFuture<Void> freed = new CompletableFuture<>();

  /** Completed when the socket's queue has been emptied. */
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Ends a pause, unless there is another reason for it. */
  private final Runnable resume = this::resume;

  // Leader only.
  private @Nullable Handle handle;
  private final LogLimit failures = new LogLimit();
  private boolean paused;
  private long accepted;

  /**
   * @param loop that watches the socket
   * @param keeping whether connections stay on that loop
   */
  AcceptLoop(
      EngineGroup group,
      ConnectionLoop loop,
      boolean keeping,
      ConnectionSettings settings,
      ListenSocket socket) {
    boolean unix = socket.localAddress() instanceof UnixDomainSocketAddress;
    this.loop = loop;
    this.socket = socket;
    this.options = settings.socketOptions(loop.provider().supportedOptions(unix));
    this.admissions = new AdmissionQueue(group, loop, keeping, settings, resume);
  }

  // ---- Starting ------------------------------------------------------------------------------

  /**
   * Starts to accept at the sockets of a listener. Waits until that is done; for a second at most,
   * since a handler may hold a loop. That one begins when it goes on: connections wait in the
   * kernel until then, and a failure is logged. Does not wait on a poll loop's own thread.
   *
   * @param all the accept loops of its sockets
   * @throws IOException if accepting cannot start at one of them; close them all then
   */
  public static void start(List<AcceptLoop> all) throws IOException {
    all.forEach(AcceptLoop::begin);
    CompletableFuture<?>[] starts =
        all.stream().map(each -> each.started).toArray(CompletableFuture[]::new);
    Await.uninterruptibly(CompletableFuture.allOf(starts), Await.Limit.in(LOOP_NANOS));
    for (AcceptLoop each : all) {
      if (each.started.isDone()) {
        Await.result(each.started, "Starting to accept");
      } else {
        each.started.whenComplete(each::reportLateStart);
      }
    }
  }

  /** Has the loop start. */
  void begin() {
    if (!onLoop(this::beginNow)) {
      fail(new IOException("The poller group is closed."));
    }
  }

  private void beginNow() {
    if (!phase.compareAndSet(Phase.NEW, Phase.ACCEPTING)) {
      return; // it was closed before
    }
    try {
      handle = loop.poller().accept(socket, options, this);
      loop.acceptLoopStarted();
      // As after a pause, now that there are descriptors: a class that is needed for the
      // first time when there are none cannot be loaded.
      admissions.resumeIn(0);
      Objects.requireNonNull(Log.class); // loads it, and makes no logger yet
      started.complete(null);
    } catch (Throwable t) { // whatever it is, somebody waits
      fail(t);
    }
  }

  /** It cannot start. Leader only, or while nobody leads the loop. */
  private void fail(Throwable cause) {
    phase.set(Phase.CLOSED);
    try {
      closeSocket();
    } finally {
      end.completeExceptionally(cause);
      started.completeExceptionally(cause);
      freed.complete(null);
    }
  }

  private void reportLateStart(@Nullable Void nothing, @Nullable Throwable failure) {
    if (failure != null) {
      Log.LISTENER.log(
          System.Logger.Level.ERROR,
          "Accepting on "
              + Addresses.text(socket.localAddress())
              + " could not start once its poll loop went on, and the socket is closed: make a new"
              + " listener.",
          failure);
    }
  }

  /**
   * Runs an action on the loop's thread: at once if this is it, since it must not wait for itself.
   */
  private boolean onLoop(Runnable action) {
    if (loop.isLedByCaller()) {
      action.run();
      return true;
    }
    return loop.execute(action);
  }

  // ---- Accepting; leader only ----------------------------------------------------------------

  @Override
  public void accepted(StreamSocket accepted) {
    this.accepted++;
    if (!admissions.take(accepted)) {
      pause();
    }
  }

  private void pause() {
    if (handle != null) {
      paused = true;
      handle.pauseInput();
    }
  }

  @Override
  public void failed(IOException cause) {
    pause();
    if (handle == null || isClosing()) {
      return; // one that has stopped listening cannot accept, and the loop is about to close it
    }
    admissions.resumeIn(PAUSE_NANOS);
    if (failures.permits()) {
      Log.LISTENER.log(
          System.Logger.Level.WARNING,
          "Accepting on "
              + Addresses.text(socket.localAddress())
              + " failed ("
              + cause.getMessage()
              + ") and is tried again every 100 ms; raise the limit on open descriptors if it is"
              + " reached.");
    }
  }

  private void resume() {
    if (handle != null && !isClosing() && admissions.admitWaiting()) {
      paused = false;
      handle.resumeInput();
    }
  }

  @Override
  public void closed() {
    loop.acceptLoopEnded();
    admissions.close();
    if (phase.getAndSet(Phase.CLOSED) != Phase.CLOSED) {
      end.completeExceptionally(
          new IOException(
              "The poller that accepted on "
                  + Addresses.text(socket.localAddress())
                  + " was closed."));
    }
    freed.complete(null);
  }

  /** How many sockets were accepted. Leader only. */
  long accepted() {
    return accepted;
  }

  /** Whether sockets may wait that are not being accepted now. Leader only. */
  boolean isPaused() {
    return paused;
  }

  /** Whether it is closed, or about to be. */
  boolean isClosing() {
    return phase.get() == Phase.CLOSED;
  }

  // ---- Waiting for its end -------------------------------------------------------------------

  /**
   * Waits until accepting has ended at one of the sockets of a listener.
   *
   * @param all the accept loops of its sockets, at least one
   * @throws InterruptedIOException if the thread is interrupted; accepting goes on
   * @throws IOException if it ended for another reason than {@link #close()}
   */
  public static void awaitEnd(List<AcceptLoop> all) throws IOException {
    CompletableFuture<?>[] ends = new CompletableFuture<?>[all.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = all.get(i).end;
    }
    CompletableFuture<Object> one = CompletableFuture.anyOf(ends);
    Await.result(one, "Serving " + Addresses.text(all.get(0).socket.localAddress()));
  }

  boolean hasEnded() {
    return end.isDone();
  }

  /** Nothing waits any more. Leader only. */
  void drained() {
    drained.complete(null);
  }

  private void startDraining() {
    boolean ordered = onLoop(() -> new Draining(this, loop.timers(), socket).begin());
    if (!ordered) {
      drained();
    }
    end.whenComplete((value, failure) -> drained());
  }

  /**
   * Waits until the connections have been accepted that wait at some sockets; closes none.
   *
   * @param all the accept loops of some listeners
   * @param limit how long to wait
   * @return whether nothing waits any more; false if the time was over
   * @throws InterruptedIOException if the thread is interrupted
   */
  public static boolean drain(Collection<AcceptLoop> all, Await.Limit limit)
      throws InterruptedIOException {
    Await.permit(() -> "Draining a listener");
    all.forEach(AcceptLoop::startDraining);
    Thread caller = Thread.currentThread();
    all.forEach(each -> each.drained.whenComplete((value, failure) -> Await.wake(caller)));
    return Await.until(
        () -> all.stream().allMatch(each -> each.drained.isDone()),
        limit,
        () -> "Draining a listener");
  }

  // ---- Closing -------------------------------------------------------------------------------

  /**
   * Stops accepting and frees the address. Any thread; never waits. Clients are refused from now
   * on, where the backend can stop listening on any thread; the rest is done by the loop.
   */
  public void close() {
    close(null);
  }

  /**
   * As {@link #close()}, for a reason that {@link #awaitEnd} reports.
   *
   * @param why what {@link #awaitEnd} throws; null for nothing
   */
  public void close(@Nullable IOException why) {
    Phase before = phase.getAndSet(Phase.CLOSED);
    if (before == Phase.NEW) {
      closeUnserved();
    } else if (before == Phase.ACCEPTING) {
      // The task comes first: once the socket does not listen any more, its poller may find that
      // worth an event, again and again until it is closed.
      if (!onLoop(this::closeNow)) {
        freed.complete(null); // the loop has ended, and with it the poller that had the socket
      } else if (!freed.isDone()) {
        socket.stopListening();
      }
    }
    if (why == null) {
      end.complete(null);
    } else {
      end.completeExceptionally(why);
    }
  }

  private void closeUnserved() {
    try {
      socket.close();
    } finally {
      freed.complete(null);
      started.complete(null);
    }
  }

  private void closeNow() {
    try {
      admissions.close();
      closeSocket();
    } finally {
      freed.complete(null);
    }
  }

  private void closeSocket() {
    if (handle != null) {
      handle.close();
    } else {
      socket.close();
    }
  }

  /**
   * Completed when the socket is closed. A loop that a handler holds does that when it goes on.
   *
   * @return the future; never fails
   */
  public CompletableFuture<Void> freed() {
    return freed;
  }
}
