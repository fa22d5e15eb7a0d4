package io.netpoll.server;

import io.netpoll.ShutdownReport;
import io.netpoll.core.Addresses;
import io.netpoll.core.Await;
import io.netpoll.core.ConnectionOwner;
import io.netpoll.core.EngineConnection;
import io.netpoll.core.EngineGroup;
import io.netpoll.core.Nanos;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The graceful shutdown of one server: listeners are closed, each connection is told to close when
 * it is idle, and what is left at a deadline is reset. Any number of threads may await it; each
 * keeps its own deadline, and all get the report of the first one that is done.
 *
 * <p>No connection slips through: those that are on their way to a loop when the listeners close
 * are attached there before that loop is told, since tasks keep their order; and one that is
 * attached later for whatever reason finds the shutdown under way.
 */
final class Shutdown {
  private final ConnectionOwner owner;
  private final AtomicInteger open;
  private final Set<BoundListener> listeners;
  private final Set<EngineGroup> groups;

  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicReference<ShutdownReport> report = new AtomicReference<>();

  /**
   * The threads that await it, with the number of connections in whose callbacks each of them is:
   * those cannot close before it returns, so nobody waits for them.
   */
  private final Map<Thread, AtomicInteger> waiters = new ConcurrentHashMap<>();

  Shutdown(
      ConnectionOwner owner,
      AtomicInteger open,
      Set<BoundListener> listeners,
      Set<EngineGroup> groups) {
    this.owner = owner;
    this.open = open;
    this.listeners = listeners;
    this.groups = groups;
  }

  /** A connection has ended; {@code open} is counted down next. */
  void countClosed() {
    closed.incrementAndGet();
  }

  /** Lets those that wait count again what is open. */
  void wakeWaiters() {
    waiters.keySet().forEach(Await::wake);
  }

  /** Begins the shutdown, unless that was done, and waits for it. */
  ShutdownReport await(Duration deadline) {
    listeners.forEach(BoundListener::close);
    Thread caller = Thread.currentThread();
    AtomicInteger own = new AtomicInteger(EngineConnection.isEndingByCaller(owner) ? 1 : 0);
    waiters.put(caller, own);
    try {
      AtomicInteger untold = tellAll(caller, own);
      if (!Await.isPermitted()) {
        abortOthersLater(deadline);
        return new ShutdownReport(closed.get(), 0);
      }
      boolean inTime = waitFor(untold, deadline);
      int left = inTime ? 0 : left();
      if (left > 0) {
        abortOthers(caller);
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
  private AtomicInteger tellAll(Thread caller, AtomicInteger own) {
    AtomicInteger untold = new AtomicInteger(groups.size());
    forEachOwned(
        connection -> {
          if (connection.isRunBy(caller)) {
            own.incrementAndGet();
          }
          connection.closeWhenIdle();
        },
        () -> {
          untold.decrementAndGet();
          wakeWaiters();
        });
    return untold;
  }

  private boolean waitFor(AtomicInteger untold, Duration deadline) {
    try {
      return Await.until(
          () -> untold.get() == 0 && left() == 0,
          Await.Limit.in(Nanos.of(deadline)),
          () -> "A shutdown");
    } catch (InterruptedIOException e) {
      Log.SERVER.log(
          System.Logger.Level.INFO,
          "A shutdown was interrupted while waiting: the connections that are left are reset.");
      return false;
    }
  }

  /** The connections that are open, but for those that wait for this shutdown themselves. */
  private int left() {
    int waiting = waiters.values().stream().mapToInt(AtomicInteger::get).sum();
    return Math.max(0, open.get() - waiting);
  }

  /** For a caller that must not wait. */
  private void abortOthersLater(Duration deadline) {
    for (EngineGroup group : groups) {
      // A group that ends before takes its connections along; the others have timers of their own.
      group.schedule(Nanos.of(deadline), () -> abortOthers(null), noLoopIsLeft -> {});
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
