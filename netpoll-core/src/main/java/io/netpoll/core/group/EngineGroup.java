package io.netpoll.core.group;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.LoopStats;
import io.netpoll.PollerGroup;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A group of poll loops. What server and client modules need of the engine goes through here:
 * {@link #listening}, {@link #adopt}, {@link #startToConnect}, {@link #schedule}, {@link
 * #forEachConnection}.
 */
public final class EngineGroup implements PollerGroup {
  private final String name;
  private final PollerProvider provider;
  private final Execution execution;
  private final HandlerStarter starter;
  private final Balancer balancer;
  private final boolean shared;
  private final GroupLoops loops;
  private final DialStarter dials = new DialStarter(this);

  /** Watches adopted channels, where the group's own backend does not; opened when needed. */
  private final ChannelLoop channels = new ChannelLoop(this);

  private final GroupListening listening;

  EngineGroup(
      String name,
      PollerProvider provider,
      Execution execution,
      HandlerStarter starter,
      LoadBalance loadBalance,
      int loops,
      boolean shared)
      throws IOException {
    this.name = name;
    this.provider = provider;
    this.execution = execution;
    this.starter = starter;
    this.balancer = new Balancer(loadBalance);
    this.shared = shared;
    this.listening = new GroupListening(this, channels);
    this.loops = new GroupLoops(this, name);
    try {
      this.loops.resize(loops);
    } catch (IOException e) {
      this.loops.close(); // without a wait: the thread that makes the shared group holds a lock
      starter.close();
      throw e;
    }
  }

  // ---- For the engine ------------------------------------------------------------------------

  public PollerProvider provider() {
    return provider;
  }

  HandlerStarter starter() {
    return starter;
  }

  GroupLoops members() {
    return loops;
  }

  /** A loop for a new connection, which is counted there. */
  ConnectionLoop pick() throws IOException {
    List<ConnectionLoop> all = loops.usable();
    for (; ; ) {
      ConnectionLoop loop = balancer.pick(all);
      if (loop.reserve()) {
        return loop;
      }
      List<ConnectionLoop> before = all; // a loop that refuses has left the list
      all = loops.usable();
      if (all == before) { // but for one that broke when there was no memory to take it out
        return pickAny(all);
      }
    }
  }

  private ConnectionLoop pickAny(List<ConnectionLoop> all) throws IOException {
    for (ConnectionLoop loop : all) {
      if (loop.reserve()) {
        return loop;
      }
    }
    throw loops.over();
  }

  /** A loop of the backend of {@code loop}, for a connection, which is counted there. */
  ConnectionLoop pickLike(ConnectionLoop loop) throws IOException {
    return loop.provider() == provider ? pick() : channels.reserved();
  }

  public ConnectionLoop firstLoop() throws IOException {
    return loops.usable().get(0);
  }

  // ---- For server and client -----------------------------------------------------------------

  /**
   * How servers listen by this group.
   *
   * @return the same object each time
   */
  public GroupListening listening() {
    return listening;
  }

  /**
   * Makes a connection of a socket that the user has connected. Blocks until it is watched.
   *
   * @param origin the channel or descriptor; stays the user's if this throws anything but an
   *     IOException
   * @param settings of the connection
   * @return the connection
   * @throws IllegalArgumentException if it is in no state to be adopted
   * @throws UnsupportedOperationException if no backend on the path takes it
   * @throws IOException if the socket cannot be watched; it is closed then
   */
  public EngineConnection adopt(AdoptionSource.Connected origin, ConnectionSettings settings)
      throws IOException {
    return new Adoption(this, settings).of(origin, channels.backendFor(origin));
  }

  /** A loop of a backend for an adopted socket, which is counted there: the caller's, if it can. */
  ConnectionLoop pickFor(PollerProvider backend) throws IOException {
    if (backend != provider) {
      return channels.reserved();
    }
    for (ConnectionLoop loop : loops.current()) {
      if (loop.isLedByCaller() && loop.reserve()) {
        return loop;
      }
    }
    return pick();
  }

  /**
   * Starts to open a connection. Never waits.
   *
   * @param remote a resolved address
   * @param local the address to bind first, or null; one with a port of its own is bound with
   *     {@code SO_REUSEADDR}, so that it can be dialled from again at once
   * @param settings of the connection
   * @return the connection that is being established
   * @throws IOException if the group is closed, or one of the addresses is incomplete
   */
  public PendingDial startToConnect(
      SocketAddress remote, @Nullable SocketAddress local, ConnectionSettings settings)
      throws IOException {
    Addresses.checkScope(remote, "connecting to");
    if (local != null) {
      Addresses.checkScope(local, "binding");
    }
    return dials.start(remote, local, settings);
  }

  /**
   * Lets each loop apply an action to each of its connections, on its own thread, soon.
   *
   * @param action called once for each connection that is open then
   * @param done runs once when all loops have done so
   */
  public void forEachConnection(Consumer<EngineConnection> action, Runnable done) {
    loops.forEachConnection(action, done);
  }

  /**
   * Runs an action later on a loop's thread. If that loop ends before, another one does so; if none
   * is left, since the group is closed or all its pollers broke, {@code lost} is called instead.
   *
   * @param delayNanos when, in nanoseconds
   * @param action must neither wait nor call user code
   * @param lost takes the reason; as the action, and on any thread, the caller's included
   * @return what cancels it
   */
  public Delayed schedule(long delayNanos, Runnable action, Consumer<IOException> lost) {
    return schedule(delayNanos, Await.Arrivals.NONE, action, lost);
  }

  /**
   * Runs an action later on a loop's thread, as the other method does, but not before what has
   * arrived by then was handled: the end of a wait that {@link Await#until(BooleanSupplier,
   * Await.Limit, Await.Arrivals, Supplier)} is for a thread.
   *
   * @param delayNanos when, in nanoseconds
   * @param arrivals what may make the action needless
   * @param action must neither wait nor call user code
   * @param lost takes the reason; as the action, and on any thread, the caller's included
   * @return what cancels it
   */
  public Delayed schedule(
      long delayNanos, Await.Arrivals arrivals, Runnable action, Consumer<IOException> lost) {
    Delayed delayed = new Delayed(this, System.nanoTime() + delayNanos, arrivals, action, lost);
    arm(delayed);
    return delayed;
  }

  /**
   * Runs an action later on the thread of every loop there is now, so that a loop that a handler
   * holds delays none but its own.
   *
   * @param delayNanos when, in nanoseconds
   * @param action must neither wait nor call user code; a loop that ends before leaves it to
   *     another, or if there is none to nobody
   */
  public void scheduleOnEach(long delayNanos, Runnable action) {
    long at = System.nanoTime() + delayNanos;
    for (ConnectionLoop loop : loops.running()) {
      new Delayed(this, at, Await.Arrivals.NONE, action, noLoopIsLeft -> {}).arm(loop);
    }
  }

  /** Finds a loop for an action. */
  void arm(Delayed delayed) {
    loops.arm(delayed);
  }

  /**
   * Runs user code where handlers run, soon, and never on the caller's stack.
   *
   * @param settings of the connections that it is about: it has the same context class loader as
   *     their callbacks
   * @param code may wait as handlers may; what it throws is logged at best
   */
  public void start(ConnectionSettings settings, Runnable code) {
    Runnable inContext = () -> settings.context.run(code);
    List<ConnectionLoop> all = loops.current();
    if (all.isEmpty()) {
      starter.startAlone(inContext);
    } else {
      all.get(0).start(inContext);
    }
  }

  // ---- PollerGroup ---------------------------------------------------------------------------

  @Override
  public String backend() {
    return provider.name();
  }

  @Override
  public Execution execution() {
    return execution;
  }

  @Override
  public int loops() {
    return loops.current().size();
  }

  @Override
  public void setLoops(int wanted) {
    if (wanted < 1) {
      throw new IllegalArgumentException("A group needs at least 1 loop, not " + wanted + ".");
    }
    try {
      loops.resize(wanted);
    } catch (IOException e) {
      throw new IllegalStateException(
          "The group " + name + " keeps its " + loops() + " loops: " + e.getMessage(), e);
    }
  }

  @Override
  public LoadBalance loadBalance() {
    return balancer.rule();
  }

  @Override
  public void setLoadBalance(LoadBalance loadBalance) {
    balancer.setRule(Objects.requireNonNull(loadBalance, "loadBalance"));
  }

  @Override
  public int connections() {
    return loops.running().stream().mapToInt(ConnectionLoop::connections).sum();
  }

  @Override
  public List<LoopStats> loopStats() {
    return loops.running().stream().map(ConnectionLoop::stats).toList();
  }

  @Override
  public void close() {
    if (shared) {
      throw new IllegalStateException(
          "The shared group is never closed: shut the servers and connections down that use it.");
    }
    shutDown();
  }

  private void shutDown() {
    listening.closeAll();
    GroupLoops.awaitEnds(loops.close());
    starter.close();
  }

  @Override
  public String toString() {
    return "PollerGroup[" + name + " " + provider.name() + " " + execution + "]";
  }
}
