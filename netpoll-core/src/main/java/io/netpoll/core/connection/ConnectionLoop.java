package io.netpoll.core.connection;

import io.netpoll.LoopStats;
import io.netpoll.PollerGroup;
import io.netpoll.core.execution.HandlerLoop;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.Lending;
import io.netpoll.core.execution.WatchDog;
import io.netpoll.core.loop.CatchUp;
import io.netpoll.core.loop.LoopCounters;
import io.netpoll.core.loop.LoopLife;
import io.netpoll.core.loop.LoopOwner;
import io.netpoll.core.loop.LoopTasks;
import io.netpoll.core.loop.PollLoop;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A poll loop as connections know it: those that live on it, and what they need of it and of the
 * way in which handlers are executed.
 */
public final class ConnectionLoop {

  /** How the loop is led, and handlers are called on it. */
  public final HandlerLoop handlers;

  private final PollLoop loop;
  private final PollerGroup group;
  private final HandlerStarter starter;

  /** Null if the backend has none. */
  private final @Nullable InputWaits inputWaits;

  // Leader only.
  private final ConnectionList connections = new ConnectionList();
  private final InputCache inputCache = new InputCache();

  /**
   * Makes a loop that nobody leads yet.
   *
   * @param group what users see of the group that it belongs to
   * @param starter that of the group
   * @param poller of the backend {@code provider}; closed by the loop
   * @param number which of the group's loops it is
   * @param owner learns of its end
   */
  public ConnectionLoop(
      PollerGroup group,
      HandlerStarter starter,
      PollerProvider provider,
      Poller poller,
      int number,
      LoopOwner owner) {
    this(
        group,
        starter,
        provider,
        poller,
        number,
        owner,
        WatchDog.SHARED,
        Lending.onThisMachine(provider));
  }

  /** Makes one with a watch-dog of its own, for tests that take single steps. */
  public ConnectionLoop(
      PollerGroup group,
      HandlerStarter starter,
      PollerProvider provider,
      Poller poller,
      int number,
      LoopOwner owner,
      WatchDog watchDog,
      Lending lending) {
    this.group = group;
    this.starter = starter;
    this.handlers =
        new HandlerLoop(provider, poller, number, starter, connections, owner, watchDog, lending);
    this.loop = handlers.loop;
    this.inputWaits = provider.awaitsInput() ? new InputWaits(provider) : null;
    if (inputWaits != null) {
      loop.end.thenRun(inputWaits); // no lambda on the way of a process's first dial
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** The group, as users know it. */
  public PollerGroup group() {
    return group;
  }

  /** The backend of its poller. */
  public PollerProvider provider() {
    return loop.provider();
  }

  /** As {@link LoopTasks#execute}. */
  public boolean execute(Runnable task) {
    return loop.tasks.execute(task);
  }

  /** As {@link LoopTasks#postpone}. */
  public void postpone(RetryQueue.Step step, Throwable cause) {
    loop.tasks.postpone(step, cause);
  }

  /** Starts a handler where the execution mode has it; as {@link HandlerStarter#start}. */
  public void start(Runnable handler) {
    starter.start(handlers, handler);
  }

  /** Starts a handler off the loops, in adaptive execution. */
  void startElsewhere(Runnable handler) {
    starter.startElsewhere(handlers, handler);
  }

  /** Starts a handler though the loop has ended. */
  void startAlone(Runnable handler) {
    starter.startAlone(handler);
  }

  /** Whether handlers run on the loops, and must not wait. */
  boolean isInline() {
    return starter.isInline();
  }

  /** Whether the loop may pass to another thread while a handler runs. */
  public boolean isMovable() {
    return handlers.isMovable();
  }

  /** Whether the calling thread is the leader, and at work for the loop. */
  public boolean isLedByCaller() {
    return handlers.isLedByCaller();
  }

  /** As {@link CatchUp#of}. */
  CompletableFuture<Void> caughtUp() {
    return CatchUp.of(loop);
  }

  /** What callers wait with that read a socket themselves; null if the backend has no such. */
  @Nullable InputWaits inputWaits() {
    return inputWaits;
  }

  /** Counts what the loop does; its methods say which thread may call them. */
  LoopCounters counters() {
    return loop.counters();
  }

  /** Which of the group's loops this is. */
  public int number() {
    return loop.number;
  }

  /** The number of connections, those on their way here included. */
  public int connections() {
    return loop.life.connections();
  }

  /** What the loop has done. */
  public LoopStats stats() {
    return loop.counters().stats(loop.number, loop.life.connections());
  }

  /** Takes no new connections from now on, and ends with the last one. */
  public void retire() {
    loop.life.retire();
  }

  /** Resets all connections and ends. */
  public void close() {
    loop.life.close();
  }

  /** Whether it was closed, is broken, or ends already. */
  public boolean isClosing() {
    return loop.life.isClosing();
  }

  /** Completed when the loop has ended. */
  public CompletableFuture<Void> end() {
    return loop.end;
  }

  /** Frees the poller of a loop that nobody leads yet. */
  public void abandon() {
    handlers.abandon();
  }

  /** As {@link LoopLife#reserve}. */
  public boolean reserve() {
    return loop.life.reserve();
  }

  /** As {@link LoopLife#release}. */
  public void release() {
    loop.life.release();
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** The poller, for taking a socket under watch; refused once the loop is ending. */
  public Poller poller() throws IOException {
    return loop.poller();
  }

  public TimerWheel timers() {
    return loop.timers();
  }

  /** The moment up to which all that had arrived was handled, by the clock of System.nanoTime. */
  long caughtUpTo() {
    return loop.events().caughtUpTo();
  }

  /** As {@link HandlerLoop#wakeAfterBatch}. */
  void wakeAfterBatch(Thread waiter) {
    handlers.wakeAfterBatch(waiter);
  }

  InputCache inputCache() {
    return inputCache;
  }

  /** Takes a connection that was reserved for. */
  void add(EngineConnection connection) {
    connections.add(connection);
    loop.counters().opened();
    if (loop.life.isClosing()) {
      connection.reset();
    }
  }

  /** Forgets a connection. Takes no memory. */
  void remove(EngineConnection connection) {
    connections.remove(connection);
    loop.life.left();
    inputCache.remove(connection.in);
  }

  /** A socket accepts here: the loop goes on for it, though it is retired. */
  public void acceptLoopStarted() {
    loop.life.acceptLoopStarted();
  }

  /** It accepts no more. */
  public void acceptLoopEnded() {
    loop.life.acceptLoopEnded();
  }

  public void forEachConnection(Consumer<EngineConnection> action) {
    connections.forEach(action);
  }
}
