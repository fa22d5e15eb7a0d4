package io.netpoll.server;

import io.netpoll.ShutdownReport;
import io.netpoll.core.connection.ConnectionOwner;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.Nanos;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The graceful shutdown of one server: listeners are closed, each connection is told to close when
 * it is idle, and what is left at a deadline is reset. Any number of threads may await it; each
 * keeps its own deadline, and all get the report of the first one that is done.
 *
 * <p>All that is to be done is ordered from the loops, and nothing but a deadline is waited for
 * beyond it: a loop that a handler holds carries the orders out when it goes on.
 *
 * <p>No connection slips through: it is inside the {@link ConnectionLimiter} from its admission on,
 * so also on its way to a loop, and nobody is admitted any more once the listeners are closed. One
 * that reaches its loop late finds the shutdown under way, or its deadline over.
 */
final class Shutdown {
  private final ConnectionOwner owner;
  private final ConnectionLimiter limiter;
  private final Set<BoundListener> listeners;
  private final Set<EngineGroup> groups;

  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicReference<ShutdownReport> report = new AtomicReference<>();

  /**
   * Whether a deadline has passed. Set before the loops are asked to reset what they have: a
   * connection that opens on a loop after that sees it.
   */
  private volatile boolean overdue;

  private final AtomicBoolean allAborted = new AtomicBoolean();

  /**
   * The threads that await it, with the connections in whose callbacks each of them is: those
   * cannot close before it returns, so nobody waits for them.
   */
  private final Map<Thread, Set<EngineConnection>> waiters = new ConcurrentHashMap<>();

  Shutdown(
      ConnectionOwner owner,
      ConnectionLimiter limiter,
      Set<BoundListener> listeners,
      Set<EngineGroup> groups) {
    this.owner = owner;
    this.limiter = limiter;
    this.listeners = listeners;
    this.groups = groups;
  }

  /** A connection has been opened. On its loop. */
  void opened(EngineConnection connection) {
    if (overdue) {
      connection.abort();
    } else {
      connection.closeWhenIdle();
    }
  }

  /** A connection has ended; it leaves the limiter next. */
  void countClosed() {
    closed.incrementAndGet();
  }

  /** Lets those that wait count again what is inside. */
  void wakeWaiters() {
    waiters.keySet().forEach(Await::wake);
  }

  /** Begins the shutdown, unless that was done, and waits for it. */
  ShutdownReport await(Duration deadline) {
    Await.Limit limit = Await.Limit.in(Nanos.of(deadline));
    CompletableFuture<Void> listenersClosed = BoundListener.beginClose(listeners);
    Thread caller = Thread.currentThread();
    Set<EngineConnection> own = ConcurrentHashMap.newKeySet();
    EngineConnection ending = EngineConnection.endingByCaller(owner);
    if (ending != null) {
      own.add(ending);
    }
    waiters.put(caller, own);
    try {
      AtomicInteger untold = tellAll(caller, own);
      if (!Await.isPermitted()) {
        abortOthersLater(deadline);
        return new ShutdownReport(closed.get(), 0);
      }
      listenersClosed.whenComplete((nothing, failure) -> Await.wake(caller));
      boolean inTime = waitFor(listenersClosed, untold, limit);
      int left = inTime ? 0 : left();
      if (!inTime) {
        overdue = true;
        abortOthers(caller);
        BoundListener.awaitClosed(listenersClosed);
      }
      report.compareAndSet(null, new ShutdownReport(closed.get(), left));
      return report.get();
    } finally {
      waiters.remove(caller);
    }
  }

  /**
   * Lets each connection close when it is idle.
   *
   * @return the number of groups whose connections do not all know yet
   */
  private AtomicInteger tellAll(Thread caller, Set<EngineConnection> own) {
    AtomicInteger untold = new AtomicInteger(groups.size());
    forEachOwned(
        connection -> {
          if (connection.isRunBy(caller)) {
            own.add(connection);
          }
          connection.closeWhenIdle();
        },
        () -> {
          untold.decrementAndGet();
          wakeWaiters();
        });
    return untold;
  }

  private boolean waitFor(
      CompletableFuture<Void> listenersClosed, AtomicInteger untold, Await.Limit limit) {
    try {
      return Await.until(
          () -> listenersClosed.isDone() && untold.get() == 0 && left() == 0,
          limit,
          () -> "A shutdown");
    } catch (InterruptedIOException e) {
      Log.SERVER.log(
          System.Logger.Level.INFO,
          "A shutdown was interrupted while waiting: the connections that are left are reset.");
      return false;
    }
  }

  /** The connections that are inside, but for those that wait for this shutdown themselves. */
  private int left() {
    long waiting = waiters.values().stream().flatMap(Set::stream).distinct().count();
    return (int) Math.max(0, limiter.inside() - waiting);
  }

  /** For a caller that must not wait: each loop keeps the deadline, whatever holds the others. */
  private void abortOthersLater(Duration deadline) {
    for (EngineGroup group : groups) {
      group.scheduleOnEach(Nanos.of(deadline), this::abortAll);
    }
  }

  /** On a loop, when a deadline is over that nobody waits for; once is enough. */
  private void abortAll() {
    if (allAborted.compareAndSet(false, true)) {
      overdue = true;
      abortOthers(null);
    }
  }

  private void abortOthers(@Nullable Thread caller) {
    forEachOwned(
        connection -> {
          if (caller == null || !connection.isRunBy(caller)) {
            Log.SERVER.log(
                System.Logger.Level.DEBUG,
                () ->
                    "The connection to "
                        + Addresses.text(connection.remoteAddress())
                        + " is reset: the deadline of the shutdown has passed.");
            connection.abort();
          }
        },
        () -> {});
  }

  private void forEachOwned(Consumer<EngineConnection> action, Runnable groupDone) {
    for (EngineGroup group : groups) {
      group.forEachConnection(
          connection -> {
            if (connection.isOwnedBy(owner)) {
              action.accept(connection);
            }
          },
          groupDone);
    }
  }
}
