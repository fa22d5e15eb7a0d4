package io.netpoll.core;

import io.netpoll.LoopStats;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One poller, its connections, and the loop that serves them.
 *
 * <p>The loop is led by one thread at a time, its <em>leader</em>, inside {@link #lead}. All that
 * the leader works on - the poller with its batch and cursor, the tasks, timers, ready runs and the
 * list of connections - lives in this object and never in locals that survive a call of user code,
 * so that the loop does not depend on which thread leads it: {@link HandOver} passes it on from a
 * leader in user code, or a {@link WaitingLeader} leads on from there. While a leader waits for
 * events it may lend all this to its {@link Deputy}, as {@link Lending} says: "leader only" means
 * that, too, between {@code hold} and the last step of its turn.
 *
 * <h2>Wake-up</h2>
 *
 * Others hand in tasks: enqueue, full fence, read {@code sleeping}. The leader sets {@code
 * sleeping}, puts a full fence, looks at the queue again, and polls. So a task is never left behind
 * a poll, and a wake-up costs a system call only if the leader really sleeps, once for any number
 * of tasks. While the loop is lent its leader parks instead; {@link Lending} tells how it is woken.
 *
 * <h2>Life</h2>
 *
 * {@link LoopLoad} counts the connections, also those on their way here; {@link LoopEnd} knows when
 * the loop is over. One that was closed, or is broken, ends whatever is on its way. From then on
 * reservations and tasks are refused.
 *
 * <p>Nothing that was handed in before is forgotten, for whatever reason the loop ends: {@link
 * #finish} has {@link LoopEnd} tell everybody, and runs the tasks that are left, which find the
 * poller and the wheel ended and say so to whoever waits for them.
 */
final class PollLoop {

  private static final int TASKS_IN_A_ROW = 1024;

  /** So many events are taken before the handlers that they are for have their turn. */
  private static final int EVENTS_IN_A_ROW = 16;

  /** Fewer, once so many bytes were read: they are to be in the cache still for the handlers. */
  private static final int BYTES_IN_A_ROW = 32 << 10;

  private static final VarHandle SLEEPING;

  static {
    LoopFailures.load();
    try {
      SLEEPING = MethodHandles.lookup().findVarHandle(PollLoop.class, "sleeping", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineGroup group;
  private final PollerProvider provider;
  private final Poller poller;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Postponed postponed = new Postponed();
  private final LoopLoad load = new LoopLoad();
  private final LoopCounters counters = new LoopCounters();

  /** Which of its group's loops this is. */
  final int number;

  /** Who does the I/O while the leader has nothing to do but to wait for it. */
  final Lending lending;

  private volatile int sleeping;
  private volatile @Nullable Thread leader;

  // Leader only.
  private final TimerWheel timers = new TimerWheel();
  private final Horizon horizon = new Horizon(timers.now());
  private final ReadyRuns ready = new ReadyRuns();
  private final TurnSends sends = new TurnSends();
  private final CallerWakeUps callers = new CallerWakeUps();
  private final WarmInputs warmInputs = new WarmInputs();
  private final ConnectionList connections = new ConnectionList();

  /**
   * Whether user code is called here and leadership may pass to another thread meanwhile: in
   * adaptive execution, unless the poller is bound to its thread.
   */
  private final boolean movable;

  /** Whether the watch-dog looks at this loop: at least it says when a handler holds it up. */
  private final boolean watched;

  private final WatchDog watchDog;

  /** What the watch-dog knows of this loop; its own. */
  final LoopWatch watch;

  private final Leadership leadership = new Leadership();
  private final Deputy deputy;

  /** When the loop is over. */
  final LoopEnd ending;

  /** How the loop passes to another thread while user code runs. */
  final HandOver handOver;

  /** Who leads while it waits in user code, if the loop cannot pass to another thread. */
  final WaitingLeader waitingLeader;

  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /**
   * What user code is run for. Written by the leader, before it enters and once nothing is left to
   * run; read by the watch-dog between seeing the word and its compare-and-set of the same word.
   */
  private @Nullable Runnable running;

  PollLoop(EngineGroup group, PollerProvider provider, Poller poller) {
    this(group, provider, poller, WatchDog.SHARED, Lending.onThisMachine(provider));
  }

  PollLoop(EngineGroup group, Poller poller, WatchDog watchDog, Lending lending) {
    this(group, group.provider(), poller, watchDog, lending);
  }

  private PollLoop(
      EngineGroup group,
      PollerProvider provider,
      Poller poller,
      WatchDog watchDog,
      Lending lending) {
    this.group = group;
    this.provider = provider;
    this.poller = poller;
    this.watchDog = watchDog;
    this.movable = group.isAdaptive() && !provider.threadAffine();
    this.watched = movable || group.starter().isInline() && StallWatch.isOn();
    this.number = group.members().nextNumber();
    this.watch = new LoopWatch(this);
    this.lending = lending;
    this.deputy = new Deputy(this, lending, callers);
    this.ending = new LoopEnd(this, poller, load, connections, timers);
    this.handOver = new HandOver(this, leadership);
    this.waitingLeader = new WaitingLeader(this, leadership, handOver, sends, callers);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Runs a task on the leader. Tasks of one thread run in order.
   *
   * @return false if the loop has ended; the task is not run then, nor if this throws
   */
  boolean execute(Runnable task) {
    tasks.add(task);
    try {
      wakeUp();
    } catch (Throwable t) { // there is no memory: who asks gives up what the task is for
      if (tasks.remove(task)) {
        throw t;
      }
    }
    // A loop that ends looks at its tasks once more behind the end of its load.
    return !load.hasEnded() || !tasks.remove(task);
  }

  private void wakeUp() {
    VarHandle.fullFence(); // pairs with the one of poll, and the steps into LENT of Lending
    if (sleeping == 1 && SLEEPING.compareAndSet(this, 1, 0)) {
      boolean told = false;
      try {
        poller.wakeup();
        told = true;
      } finally {
        if (!told) {
          sleeping = 1; // or no later one would try: the leader clears it when it wakes
        }
      }
    }
    lending.wakeLeader();
  }

  /**
   * Has the leader try a step again, soon, for which there was no memory; takes none. If the loop
   * has ended, the step is abandoned.
   *
   * @param cause why it failed
   */
  void postpone(Postponed.Step step, Throwable cause) {
    postponed.add(step);
    wakeUp();
    if (load.hasEnded()) { // it looks at the postponed steps once more behind that, too
      postponed.abandonAll();
    }
    Postponed.report(cause);
  }

  /**
   * Runs {@code run} among the ready runs of this loop: on its leader, after the current events.
   */
  boolean makeReady(Runnable run) {
    if (isLedByCaller() || deputy.isCaller()) {
      ready.add(run);
      return true;
    }
    return execute(() -> addReady(run));
  }

  private void addReady(Runnable run) {
    try {
      ready.add(run);
    } catch (Error e) { // there is no memory
      postponeOrThrow(run, e);
    }
  }

  /**
   * Has {@code run}, whose start has failed, tried again, if it can be.
   *
   * @param cause a RuntimeException or Error, which is thrown if it cannot
   */
  void postponeOrThrow(Runnable run, Throwable cause) {
    if (run instanceof Postponed.Step step) {
      postpone(step, cause);
    } else if (cause instanceof RuntimeException runtime) {
      throw runtime;
    } else {
      throw (Error) cause;
    }
  }

  /**
   * Whether the calling thread is the leader, and at work for the loop: one that is in user code
   * may lose the loop at any moment, where that may be passed on.
   */
  boolean isLedByCaller() {
    if (!movable) {
      return Thread.currentThread() == leader;
    }
    LoopThread thread = LoopThread.current();
    return thread != null && leadership.isLeading(thread.number);
  }

  /** Whether {@code caller}, which is in user code of this loop, is its leader still. */
  boolean isLedFromWithin(LoopThread caller) {
    if (!movable) {
      return true;
    }
    long entered = caller.entered();
    VarHandle.fullFence(); // pairs with the one of OutputSide.send: the loop is passed on, it sends
    return entered != Leadership.NONE && entered == leadership.seen();
  }

  /** Whether leadership may pass to another thread while user code runs. */
  boolean isMovable() {
    return movable;
  }

  /** The backend of its poller. */
  PollerProvider provider() {
    return provider;
  }

  /**
   * Has the loop handle all that has arrived by now.
   *
   * @return completed when that was done, or the loop has ended
   */
  CompletableFuture<Void> caughtUp() {
    CatchUp catchUp = new CatchUp();
    if (!execute(() -> timers.schedule(0, catchUp))) {
      catchUp.run();
    }
    return catchUp.done;
  }

  /** A timer that is due at once, and so runs behind a poll that begins later, and its events. */
  private static final class CatchUp extends TimerWheel.Timer {
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void run() {
      done.complete(null);
    }

    @Override
    void ended() {
      run();
    }
  }

  /** Completed when the loop has ended. */
  CompletableFuture<Void> end() {
    return end;
  }

  /**
   * Counts a connection that is to come here: with a task, which is refused if the loop was closed
   * meanwhile.
   *
   * @return false if the loop takes no new ones
   */
  boolean reserve() {
    return ending.mayGrow() && load.add();
  }

  /** Takes back a reservation. Takes no memory. */
  void release() {
    load.remove();
    if (ending.isRetired()) {
      sweepSoon(); // or any other step: it is to look whether it is over
    }
  }

  /** Has the leader look over all connections; any thread. Takes no memory. */
  private void sweepSoon() {
    postponed.add(connections);
    wakeUp();
  }

  /** The number of connections. */
  int connections() {
    return load.connections();
  }

  /** What the loop has done; for the group, which has started it. */
  LoopStats stats() {
    return counters.stats(number, connections());
  }

  /** Counts what the loop does; its methods say which thread may call them. */
  LoopCounters counters() {
    return counters;
  }

  /** Takes no new connections from now on, and ends with the last one. */
  void retire() {
    ending.retire();
    wake();
  }

  /** Resets all connections and ends. */
  void close() {
    ending.close();
    wake();
  }

  /** Frees the poller of a loop that nobody leads yet. */
  void abandon() {
    if (leader == null) {
      load.end();
      watchDog.remove(watch);
      poller.close();
    }
  }

  private void wake() {
    execute(() -> {});
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** The poller, for taking a socket under watch; refused once the loop is ending. */
  Poller poller() throws IOException {
    if (ending.hasBegun()) {
      throw new IOException("The poll loop has ended.");
    }
    return poller;
  }

  TimerWheel timers() {
    return timers;
  }

  /** Whether what is made ready is called here: else it is started elsewhere. */
  boolean mayRunHandlers() {
    return !waitingLeader.isLeading() && !ending.hasBegun();
  }

  WarmInputs warmInputs() {
    return warmInputs;
  }

  EngineGroup group() {
    return group;
  }

  void add(EngineConnection connection) {
    connections.add(connection);
    counters.opened();
    if (ending.isClosing()) {
      connection.reset();
    }
  }

  /** Forgets a connection. Takes no memory. */
  void remove(EngineConnection connection) {
    connections.remove(connection);
    load.remove();
    warmInputs.remove(connection.in);
  }

  void forEachConnection(Consumer<EngineConnection> action) {
    connections.forEach(action);
  }

  /** Wakes a waiter: one of the loops' own threads now, a caller once the batch is used up. */
  void wakeAfterBatch(Thread waiter) {
    if (waiter instanceof LoopThread) {
      Await.wake(waiter);
    } else {
      callers.add(waiter);
    }
  }

  /** Makes {@code thread} the first leader; it must call {@link #lead} then. */
  void beginWith(LoopThread thread) {
    leadership.begin(thread.number);
    if (watched) {
      watchDog.add(watch);
    }
    wakeWatchDog();
  }

  /** Leads the loop until it ends, or is passed on while {@code me} is in user code. */
  void lead(LoopThread me) {
    boolean over = true;
    boolean again;
    do {
      again = false;
      try {
        over = serve(me);
      } catch (VirtualMachineError | LinkageError e) { // no memory, also for a class
        again = true;
        LoopFailures.awaitMemory(e);
      } catch (Throwable t) {
        ending.breaks(t);
      }
    } while (again);
    if (over) {
      finish(me);
    }
  }

  /** Returns false if the loop was passed on: nothing of it may be touched then. */
  boolean serve(LoopThread me) {
    leader = me;
    sends.send(); // of a turn that the leader before could not end
    for (; ; ) {
      runTasks();
      if (!runReady(me)) {
        return false;
      }
      if (!dispatchSome()) {
        runDue();
        if (ending.isOver()) {
          return true;
        }
        if (!lend()) {
          callers.wake();
          poll(Long.MAX_VALUE);
        }
        if (ending.isBroken()) {
          return true;
        }
      }
    }
  }

  /**
   * Runs the handlers that are ready now; those that become ready meanwhile have their turn later.
   * One that led the loop while it waited may have started the rest elsewhere.
   *
   * @return whether {@code me} is the leader still
   */
  private boolean runReady(LoopThread me) {
    for (int i = ready.size(); i > 0 && !ready.isEmpty(); i--) {
      if (!call(me, ready.remove(), i > 1 || !sends.isEmpty())) {
        return false;
      }
      sends.ranOne();
    }
    running = null; // a loop without work keeps nothing of an application alive
    sends.send();
    return true;
  }

  /**
   * Calls user code; nothing of the loop may be touched after it returned false.
   *
   * @param leavesSends whether the caller sends what the run leaves, after others
   */
  private boolean call(LoopThread me, Runnable run, boolean leavesSends) {
    callers.wake();
    if (!movable) {
      me.enter(this, Leadership.NONE, leavesSends);
      leadership.enterInPlace();
      callUserCode(run);
      leadership.leaveInPlace();
      me.leave();
      return keepUnsent(me, true);
    }
    running = run;
    me.enter(this, leadership.enter(), leavesSends);
    if (watchDog.isAsleep()) {
      watchDog.wake();
    }
    callUserCode(run);
    long entered = me.entered();
    me.leave();
    return keepUnsent(me, entered != Leadership.NONE && leadership.leave(entered));
  }

  /** An interrupt that comes late, or is left behind, is not for the next call. */
  private void callUserCode(Runnable run) {
    Thread.interrupted();
    guarded(run);
    Thread.interrupted();
  }

  /** Sees to what the run left to be sent; returns {@code leads}, whether {@code me} is leader. */
  private boolean keepUnsent(LoopThread me, boolean leads) {
    OutputSide unsent = me.takeUnsent();
    if (unsent != null) {
      if (leads) {
        sends.add(unsent);
      } else {
        unsent.sendLate();
      }
    }
    return leads;
  }

  // ---- Lending -------------------------------------------------------------------------------

  /** Lends the loop until it comes back, if that is better than to poll. */
  private boolean lend() {
    boolean isWanted = !ready.isEmpty() || !postponed.isEmpty() || timers.nanosToNext() <= 0;
    if (isWanted || ending.isClosing() || !deputy.lend()) {
      return false;
    }
    if (callers.count() > 0 && ready.isEmpty() && !dispatchSome()) {
      // The deputy's turn is to come: those that are found are woken with them.
      find(timers.now(), 0);
    }
    return true;
  }

  /** Whether there are tasks; for the deputy, too, behind its step to LENT. */
  boolean hasTasks() {
    return !tasks.isEmpty() || !postponed.isEmpty();
  }

  /** Whether there are runs or tasks. */
  boolean hasWork() {
    return !ready.isEmpty() || hasTasks();
  }

  /** Whether the leader would have nothing to do but to poll. */
  boolean isIdle() {
    return !hasWork() && timers.nanosToNext() > 0;
  }

  /** Uses up the batch, up to so many callers to be woken or an event that is for user code. */
  void dispatchForCallers(int most) {
    while (callers.count() < most && ready.isEmpty() && dispatch()) {
      // the next one
    }
  }

  /** Polls without waiting; the batch before is used up. */
  int pollAtOnce() throws IOException {
    pollBegins(timers.now());
    int found = poller.poll(0);
    horizon.polled(found);
    return found;
  }

  // ---- The watch-dog -------------------------------------------------------------------------

  /** The leadership word now; for the watch-dog. */
  long leadershipSeen() {
    return leadership.seen();
  }

  /** The thread that leads, if there is one; for the watch-dog. */
  @Nullable Thread leader() {
    return leader;
  }

  /** A loop that is not movable looks at the watch-dog when it wakes up, not at each call. */
  boolean isAwakeInPlace() {
    return !movable && sleeping == 0;
  }

  /** Wakes the watch-dog if this loop relies on being watched from now on. */
  private void wakeWatchDog() {
    if (watched && !movable && watchDog.isAsleep()) {
      watchDog.wake();
    }
  }

  /** Passes the loop on, as {@link HandOver#overtake} says. */
  void overtake(long seen) {
    handOver.overtake(seen, running);
  }

  // ---- Steps of the leader, also while it waits ----------------------------------------------

  /** Runs tasks, so many at most that others have their turn. */
  void runTasks() {
    Runnable task;
    for (int i = 0; i < TASKS_IN_A_ROW && (task = tasks.poll()) != null; i++) {
      guarded(task);
    }
  }

  /** Has those that are ready run on other threads. */
  void startReadyElsewhere() {
    while (!ready.isEmpty()) {
      group.starter().startElsewhere(this, ready.remove());
    }
  }

  /** Does what is due, once the batch is used up: not what came to be due after that poll began. */
  void runDue() {
    horizon.usedUp(sockets());
    runTimers();
    postponed.retryAll();
  }

  private int sockets() {
    return load.connections() + ending.acceptances();
  }

  /** The moment up to which all that had arrived was handled, by the clock of System.nanoTime. */
  long caughtUpTo() {
    return horizon.reached();
  }

  private void runTimers() {
    TimerWheel.Timer due;
    while ((due = timers.pollDue(horizon.reached())) != null) {
      if (guarded(due) instanceof VirtualMachineError) {
        timers.schedule(Postponed.RETRY_NANOS, due);
      }
    }
  }

  /** Returns what it throws, or null. */
  private @Nullable Throwable guarded(Runnable work) {
    Throwable failure = null;
    try {
      work.run();
    } catch (Throwable t) {
      // Runs contain what handlers throw; what arrives here is a fault of this library, or there
      // is no memory. The other connections go on.
      failure = t;
      lookOver(t);
    }
    return failure;
  }

  /**
   * Takes the next few events of the batch: reads of several connections in a row, and then their
   * handlers and sends in a row, are faster than in turn.
   *
   * @return whether there was one
   */
  private boolean dispatchSome() {
    long full = counters.bytesRead() + BYTES_IN_A_ROW;
    int events = 0;
    while (events < EVENTS_IN_A_ROW && counters.bytesRead() < full && dispatch()) {
      events++;
    }
    return events > 0;
  }

  /**
   * Takes the next event of the batch.
   *
   * @return whether there was one
   */
  boolean dispatch() {
    try {
      return poller.dispatch();
    } catch (Throwable t) {
      lookOver(t);
      return true;
    }
  }

  /** Has all connections looked over, since something may have been broken off in the middle. */
  private void lookOver(Throwable failure) {
    sweepSoon(); // also where a leader in user code has lost the loop meanwhile
    LoopFailures.goesOnAfter(failure);
  }

  /**
   * Polls; waits for so long at most, in nanoseconds, unless something is to do before.
   *
   * <p>A poll may return at once as long as its thread is interrupted. An interrupt of a leader at
   * work is nobody's business, and ends here; one of a {@link WaitingLeader} is for the user code
   * that waits, and ends its wait.
   */
  void poll(long longest) {
    long now = timers.now();
    long timeout = ready.isEmpty() ? Math.min(longest, timers.nanosToNext(now)) : 0;
    if (timeout > 0) {
      sleeping = 1;
      VarHandle.fullFence(); // pairs with the one of wakeUp
      if (!tasks.isEmpty()) {
        timeout = 0;
      } else if (!postponed.isEmpty()) {
        timeout = Math.min(timeout, Postponed.RETRY_NANOS);
      }
    }
    find(now, timeout);
    sleeping = 0; // pairs with the fence of WatchDog.fallAsleep
    wakeWatchDog();
  }

  private void find(long now, long timeout) {
    pollBegins(now);
    try {
      if (waitingLeader.isLeading()) {
        horizon.polled(poller.poll(timeout));
      } else {
        Thread.interrupted();
        horizon.polled(poller.poll(timeout));
        Thread.interrupted(); // nor is it for an executor that a dispatch calls
      }
    } catch (IOException | RuntimeException e) {
      ending.breaks(e);
    } catch (VirtualMachineError | LinkageError e) { // as in lead
      LoopFailures.awaitMemory(e);
    }
  }

  private void pollBegins(long now) {
    counters.polled();
    horizon.usedUp(sockets());
    horizon.polls(now);
  }

  /** Ends the poll under way, or the next one. Any thread. */
  void endPoll() {
    poller.wakeup();
  }

  /** Ends the loop: tells everybody, as the class comment says, and never throws. */
  void finish(LoopThread me) {
    callers.wake();
    ending.begin();
    deputy.end();
    ending.tellEverybody();
    do {
      runTasks();
      runLast(me);
      postponed.abandonAll();
    } while (hasWork());
    load.end();
    runTasks(); // one that came before that end is run; later ones are refused
    postponed.abandonAll();
    runLast(me);
    callers.wake();
    leader = null;
    leadership.end();
    if (watched) {
      watchDog.remove(watch);
    }
    if (movable) {
      Spares.SHARED.loopsChanged(-1);
    }
    group.members().ended(this);
    end.complete(null);
  }

  /** Starts what is left: elsewhere, where handlers may wait, since this loop ends. */
  private void runLast(LoopThread me) {
    if (movable) {
      startReadyElsewhere();
      return;
    }
    while (!ready.isEmpty()) {
      call(me, ready.remove(), false);
    }
  }
}
