package io.netpoll.client;

import io.netpoll.AcquireTimeoutException;
import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.PollerUnavailableException;
import io.netpoll.PoolListener.Reason;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Delayed;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Nanos;
import io.netpoll.internal.StackRoom;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pool: carries out what {@link PoolState} decides. It waits, dials, closes connections, and asks
 * loops for timers; any thread calls its methods, and handlers' threads what dials, timers and
 * connections that end bring about.
 */
final class EnginePool implements ConnectionPool {
  private final PoolSettings settings;
  private final EngineGroup engine;
  private final PoolState<EngineConnection> state;
  private final PoolEvents events;
  private final RefillPause refillPause = new RefillPause();

  /** Those under way, with what completes when the pool knows the outcome. */
  private final Map<FutureDial, CompletableFuture<Void>> dials = new ConcurrentHashMap<>();

  /** Completed when the pool is closed and nothing is lent. */
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

  /** The last timers that were asked for, to be cancelled when the pool closes. */
  private volatile @Nullable Delayed look;

  private volatile @Nullable Delayed refill;

  private EnginePool(PoolSettings settings, EngineGroup engine) {
    this.settings = settings;
    this.engine = engine;
    this.events = new PoolEvents(settings.listener());
    this.state = new PoolState<>(settings.target().name(), settings.bounds(), EnginePool::faultOf);
  }

  static EnginePool open(PoolSettings settings) throws PollerUnavailableException {
    EnginePool pool = new EnginePool(settings, settings.dialer().group());
    pool.refill();
    return pool;
  }

  /** Why a connection cannot be lent to the next user; null if it can. */
  private static @Nullable Reason faultOf(EngineConnection connection) {
    if (!connection.isActive()) {
      return Reason.CLOSED;
    }
    if (connection.hasGivenUpWaiting()) {
      return Reason.UNANSWERED;
    }
    if (connection.reader().length() > 0) {
      return Reason.UNREAD_INPUT;
    }
    return connection.writer().mallocLength() > 0 ? Reason.UNFLUSHED_OUTPUT : null;
  }

  // ---- Acquiring -----------------------------------------------------------------------------

  @Override
  public Lease acquire() throws IOException {
    return acquire(settings.acquireTimeout());
  }

  @Override
  public Lease acquire(Duration timeout) throws IOException {
    StackRoom.forAWait();
    long nanos = nanos(timeout);
    long start = System.nanoTime();
    try {
      PooledEntry<EngineConnection> place = takeIdle(start);
      if (place == null) {
        place = await(start, nanos);
      }
      events.acquired(start);
      return new EngineLease(this, place);
    } catch (IOException | RuntimeException e) {
      events.acquireFailed(start, e);
      throw e;
    }
  }

  private static long nanos(Duration timeout) {
    return Nanos.of(EnginePoolBuilder.notNegative("timeout of an acquisition", timeout));
  }

  private @Nullable PooledEntry<EngineConnection> takeIdle(long now) {
    Effects<EngineConnection> todo = new Effects<>();
    PooledEntry<EngineConnection> place = state.take(now, todo);
    carryOut(todo);
    return place;
  }

  private PooledEntry<EngineConnection> await(long start, long nanos) throws IOException {
    Supplier<String> what = () -> "Acquiring a connection to " + settings.target().name();
    Await.permit(what);
    Waiter<EngineConnection> waiter = new Waiter.OfThread<>();
    // Who does not want to wait does not wait for a loop either.
    Await.Arrivals arrivals = nanos == 0 ? Await.Arrivals.NONE : this::dialsCaughtUp;
    enqueue(waiter, start);
    try {
      boolean served = Await.until(waiter::isServed, Await.Limit.in(nanos), arrivals, what);
      if (!served && state.giveUp(waiter)) {
        throw timedOut(start);
      }
    } catch (InterruptedIOException e) {
      if (!state.giveUp(waiter)) {
        giveBackUnused(waiter);
      }
      throw e;
    }
    return outcome(waiter);
  }

  /** What has arrived may be the connection that somebody waits for. */
  private CompletableFuture<?> dialsCaughtUp() {
    return CompletableFuture.allOf(
        dials.entrySet().stream()
            .map(dial -> dial.getKey().caughtUp(dial.getValue()))
            .toArray(CompletableFuture<?>[]::new));
  }

  private void enqueue(Waiter<EngineConnection> waiter, long now) {
    Effects<EngineConnection> todo = new Effects<>();
    state.enqueue(waiter, now, todo);
    carryOut(todo);
  }

  private void giveBackUnused(Waiter<EngineConnection> served) {
    PooledEntry<EngineConnection> place = served.place();
    if (place != null) {
      giveBack(place, null);
    }
  }

  private static PooledEntry<EngineConnection> outcome(Waiter<EngineConnection> served)
      throws IOException {
    PooledEntry<EngineConnection> place = served.place();
    if (place != null) {
      return place;
    }
    if (served.failure() instanceof RuntimeException runtime) {
      throw CallerTrace.in(runtime);
    }
    throw CallerTrace.in((IOException) served.failure());
  }

  private AcquireTimeoutException timedOut(long start) {
    Counts counts = state.counts();
    return new AcquireTimeoutException(
        "No connection to "
            + settings.target().name()
            + " came free within "
            + Nanos.text(System.nanoTime() - start)
            + ": "
            + counts.leased()
            + " of at most "
            + settings.bounds().max()
            + " are lent, "
            + counts.dialling()
            + " are being dialled, and "
            + counts.waiting()
            + " other callers wait.");
  }

  @Override
  public CompletableFuture<Lease> acquireAsync(Duration timeout) {
    StackRoom.forAWait();
    long nanos = nanos(timeout);
    long start = System.nanoTime();
    PooledEntry<EngineConnection> place = takeIdle(start);
    if (place != null) {
      events.acquired(start);
      return CompletableFuture.completedFuture(new EngineLease(this, place));
    }
    FutureWaiter waiter = new FutureWaiter(start);
    enqueue(waiter, start);
    waiter.limit(nanos);
    return waiter.shown;
  }

  /** A caller whom a future stands for. */
  private final class FutureWaiter extends Waiter<EngineConnection> {
    private final CompletableFuture<Lease> shown = new CompletableFuture<>();
    private final long start;

    FutureWaiter(long start) {
      this.start = start;
    }

    /**
     * Lets it wait no longer than this, nor than its owner wants. Called once, when it is queued.
     */
    void limit(long nanos) {
      Delayed deadline =
          engine.schedule(nanos, EnginePool.this::dialsCaughtUp, this::timeOut, this::giveUp);
      shown.whenComplete(
          (lease, failure) -> {
            deadline.cancel();
            state.giveUp(this);
          });
    }

    private void timeOut() {
      giveUp(timedOut(start));
    }

    /** Takes the caller out of the queue, with an exception; does nothing if it was served. */
    private void giveUp(IOException why) {
      if (state.giveUp(this)) {
        fail(why);
        wake();
      }
    }

    @Override
    void wake() {
      engine.start(settings.dialer().connections(), this::show);
    }

    private void show() {
      PooledEntry<EngineConnection> place = place();
      Exception failure = failure();
      if (failure != null) {
        events.acquireFailed(start, failure);
        shown.completeExceptionally(failure);
      } else if (shown.isDone() || !shown.complete(leaseOf(place))) {
        giveBackUnused(this);
      }
    }

    private Lease leaseOf(PooledEntry<EngineConnection> place) {
      events.acquired(start);
      return new EngineLease(EnginePool.this, place);
    }
  }

  // ---- Giving back ---------------------------------------------------------------------------

  /** Takes a connection back from its user, who gives a reason not to keep it, or none. */
  void giveBack(PooledEntry<EngineConnection> place, @Nullable Reason reason) {
    StackRoom.forAWait();
    if (reason == null) {
      place.connection.reader().release(); // before somebody else may read from it
    }
    Effects<EngineConnection> todo = new Effects<>();
    state.release(place, reason, System.nanoTime(), todo);
    carryOut(todo);
  }

  // ---- What follows from decisions -----------------------------------------------------------

  private void carryOut(Effects<EngineConnection> todo) {
    todo.served().forEach(Waiter::wake);
    for (Effects.Removal<EngineConnection> removal : todo.removals()) {
      removal.connection().close();
      events.removed(removal);
    }
    for (int i = 0; i < todo.dials; i++) {
      dial();
    }
    if (todo.lookAt != PoolState.NEVER) {
      look = later(todo.lookAt - System.nanoTime(), this::evict);
    }
    if (todo.refillsLater) {
      refill = later(refillPause.next(), this::refill);
    }
    if (todo.emptied) {
      emptied.complete(null);
    }
  }

  /**
   * Does something where handlers run, since the listener hears of it; nothing if the group has
   * ended, and with it all connections.
   */
  private Delayed later(long delayNanos, Runnable action) {
    return engine.schedule(
        delayNanos,
        () -> engine.start(settings.dialer().connections(), action),
        noLoopIsLeft -> {});
  }

  private void evict() {
    Effects<EngineConnection> todo = new Effects<>();
    state.evict(System.nanoTime(), todo);
    carryOut(todo);
  }

  private void refill() {
    Effects<EngineConnection> todo = new Effects<>();
    state.refill(todo);
    carryOut(todo);
  }

  private void dial() {
    long start = System.nanoTime();
    FutureDial dial = settings.dialer().dialAsync(settings.target(), settings.dialTimeout());
    CompletableFuture<Void> told =
        dial.handle(
            (connection, failure) -> {
              if (connection != null) {
                dialled((EngineConnection) connection, start);
              } else {
                dialFailed(Objects.requireNonNull(failure), start);
              }
              return null;
            });
    dials.put(dial, told);
    told.whenComplete((nothing, failure) -> dials.remove(dial));
    if (state.isClosed()) {
      dial.cancel(false); // the one who closed the pool may have missed it
    }
  }

  private void dialled(EngineConnection connection, long start) {
    events.dialled(start);
    Effects<EngineConnection> todo = new Effects<>();
    PooledEntry<EngineConnection> place = state.dialled(connection, System.nanoTime(), todo);
    if (place != null) {
      refillPause.reset();
      connection.addCloseCallback(closed -> gone(place));
    }
    carryOut(todo);
  }

  private void gone(PooledEntry<EngineConnection> place) {
    Effects<EngineConnection> todo = new Effects<>();
    state.gone(place, todo);
    carryOut(todo);
  }

  private void dialFailed(Throwable failure, long start) {
    Exception cause =
        failure instanceof Exception exception
            ? exception
            : new IOException("Dialling " + settings.target().name() + " failed.", failure);
    events.dialFailed(start, cause);
    Effects<EngineConnection> todo = new Effects<>();
    state.dialFailed(cause, todo);
    carryOut(todo);
  }

  // ---- Closing -------------------------------------------------------------------------------

  @Override
  public boolean close(Duration deadline) {
    StackRoom.forAWait();
    long nanos = Nanos.of(EnginePoolBuilder.notNegative("deadline of closing a pool", deadline));
    Effects<EngineConnection> todo = new Effects<>();
    state.close(todo);
    carryOut(todo);
    dials.keySet().forEach(dial -> dial.cancel(false));
    cancel(look);
    cancel(refill);
    if (!Await.isPermitted()) {
      engine.scheduleOnEach(nanos, this::abortLent);
      return emptied.isDone();
    }
    boolean inTime = awaitEmptied(nanos);
    if (!inTime) {
      abortLent();
    }
    return inTime;
  }

  private boolean awaitEmptied(long nanos) {
    Thread caller = Thread.currentThread();
    emptied.whenComplete((nothing, failure) -> Await.wake(caller));
    try {
      return Await.until(
          emptied::isDone,
          Await.Limit.in(nanos),
          () -> "Closing the pool of connections to " + settings.target().name());
    } catch (InterruptedIOException e) {
      return false; // the flag stays set
    }
  }

  private void abortLent() {
    state.lent().forEach(Connection::abort);
  }

  private static void cancel(@Nullable Delayed timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public Counts counts() {
    return state.counts();
  }

  @Override
  public String toString() {
    return "ConnectionPool[" + settings.target().name() + " " + counts() + "]";
  }
}
