package io.netpoll.server;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.Refusals;
import io.netpoll.ShutdownReport;
import io.netpoll.core.connection.ConnectionOwner;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.AcceptLoop;
import io.netpoll.core.group.AdoptionSource;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Nanos;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server: lets connections of its listeners in, gives them their settings, counts them, and shuts
 * them down.
 *
 * <p>The count rises on a loop's thread when a connection is watched, and falls when its close
 * callbacks have run.
 */
final class ServingLoop implements EventLoop, ConnectionOwner {
  private final ConnectionSettings settings;
  private final ConnectionLimiter limiter;
  private final AtomicInteger open = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BoundListener> listeners = new LinkedHashSet<>();

  /** Where connections may be: the groups of all listeners, also of closed ones. */
  private final Set<EngineGroup> groups = new LinkedHashSet<>();

  /** The threads that wait until nobody is inside, also on the way from one loop to another. */
  private final Set<Thread> drainers = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Shutdown shutdown;
  private final @Nullable ExitHook exitHook;

  /**
   * Makes a server.
   *
   * @param exitDeadline for the shutdown when the process exits; null for none then
   */
  ServingLoop(ConnectionSettings.Builder settings, Limits limits, @Nullable Duration exitDeadline) {
    this.settings = settings.build(this);
    this.limiter = new ConnectionLimiter(limits);
    this.exitHook = exitDeadline == null ? null : new ExitHook(() -> shutdown(exitDeadline));
  }

  @Override
  public void serve(Listener listener) throws IOException {
    List<AcceptLoop> acceptLoops;
    try {
      acceptLoops = accept(listener);
    } catch (Throwable t) {
      closeUnlessServed(listener);
      throw t;
    }
    try {
      AcceptLoop.awaitEnd(acceptLoops);
    } finally {
      listener.close();
    }
  }

  /** Closes a listener, unless another call serves it. */
  private static void closeUnlessServed(@Nullable Listener listener) {
    if (listener instanceof BoundListener bound) {
      bound.closeUnlessServed();
    } else if (listener != null) {
      listener.close();
    }
  }

  @Override
  public void start(Listener listener) throws IOException {
    accept(listener);
  }

  /**
   * Decides under the lock that a listener is served, then has that done without it: a shutdown
   * that comes in between finds the listener and closes it.
   */
  private List<AcceptLoop> accept(Listener listener) throws IOException {
    if (!(listener instanceof BoundListener bound)) {
      throw new IllegalArgumentException(
          "This listener was not made by this library: use Listener.create.");
    }
    lock.lock();
    try {
      checkNotShutDown();
      bound.take();
      registerExitHook(bound);
      listeners.removeIf(known -> !known.isOpen());
      listeners.add(bound);
      groups.add(bound.engineGroup());
    } finally {
      lock.unlock();
    }
    return bound.accept(settings);
  }

  private void registerExitHook(BoundListener taken) {
    if (exitHook == null) {
      return;
    }
    try {
      exitHook.register();
    } catch (RuntimeException | Error e) { // the process exits, or there is no memory
      taken.release();
      throw e;
    }
  }

  @Override
  public Connection adopt(PollerGroup group, SocketChannel channel) throws IOException {
    return adopt(group, new AdoptionSource.ConnectedChannel(channel));
  }

  @Override
  public Connection adopt(PollerGroup group, int descriptor) throws IOException {
    return adopt(group, new AdoptionSource.ConnectedDescriptor(descriptor));
  }

  private Connection adopt(PollerGroup group, AdoptionSource.Connected origin) throws IOException {
    EngineGroup engine = engine(group);
    lock.lock();
    try {
      checkNotShutDown();
      groups.add(engine);
    } finally {
      lock.unlock();
    }
    return engine.adopt(origin, settings);
  }

  /** The engine of a group. */
  static EngineGroup engine(PollerGroup group) {
    if (group instanceof EngineGroup engine) {
      return engine;
    }
    throw new IllegalArgumentException(
        "This poller group was not made by this library: use PollerGroup.builder().");
  }

  private void checkNotShutDown() {
    if (shutdown != null) {
      throw new IllegalStateException("This event loop was shut down: build a new one.");
    }
  }

  @Override
  public boolean drain(Duration limit) {
    checkLimit(limit);
    Await.permit(() -> "Draining an event loop");
    List<BoundListener> closing;
    lock.lock();
    try {
      closing = List.copyOf(listeners);
    } finally {
      lock.unlock();
    }
    Await.Limit left = Await.Limit.in(Nanos.of(limit));
    boolean all = BoundListener.drain(closing, left);
    return awaitNoConnections(left) && all;
  }

  private boolean awaitNoConnections(Await.Limit limit) {
    Thread caller = Thread.currentThread();
    drainers.add(caller);
    try {
      return Await.until(limiter::isEmpty, limit, () -> "Draining an event loop");
    } catch (InterruptedIOException e) {
      return false; // the interrupt flag stays set, for the caller to see
    } finally {
      drainers.remove(caller);
    }
  }

  @Override
  public int connections() {
    return open.get();
  }

  @Override
  public Refusals refusals() {
    return limiter.refusals();
  }

  @Override
  public Admission admit(SocketAddress peer, Runnable askAgain) {
    Admission admission = limiter.admit(peer, askAgain);
    if (admission != Admission.GRANTED) {
      wakeDrainers(); // one that is refused by another limit has been inside for a moment
    }
    return admission;
  }

  @Override
  public void lost(SocketAddress peer) {
    leave(peer);
  }

  private void leave(SocketAddress peer) {
    limiter.leave(peer);
    wakeDrainers();
    // After the limiter: one that began meanwhile may have seen it inside.
    Shutdown running = shutdown;
    if (running != null) {
      running.wakeWaiters();
    }
  }

  private void wakeDrainers() {
    if (!drainers.isEmpty()) {
      drainers.forEach(Await::wake); // each looks at the limiter when it is among them
    }
  }

  @Override
  public void opened(EngineConnection connection) {
    open.incrementAndGet();
    Shutdown running = shutdown;
    if (running != null) {
      running.opened(connection);
    }
  }

  @Override
  public void closed(EngineConnection connection, SocketAddress peer) {
    Shutdown running = shutdown;
    if (running != null) {
      running.countClosed(); // before it leaves: when none is inside, all are counted
    }
    open.decrementAndGet();
    leave(peer);
  }

  @Override
  public ShutdownReport shutdown(Duration deadline) {
    checkDeadline(deadline);
    Shutdown running;
    lock.lock();
    try {
      running = shutdown;
      if (running == null) {
        running = new Shutdown(this, limiter, Set.copyOf(listeners), Set.copyOf(groups));
        shutdown = running;
        listeners.clear();
      }
    } finally {
      lock.unlock();
    }
    if (exitHook != null) {
      exitHook.remove();
    }
    return running.await(deadline);
  }

  static void checkLimit(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException(
          "The limit of a drain must be zero or positive, not " + limit + ".");
    }
  }

  static void checkDeadline(Duration deadline) {
    if (deadline.isNegative()) {
      throw new IllegalArgumentException(
          "A shutdown's deadline must be zero or positive, not " + deadline + ".");
    }
  }
}
