package io.netpoll.core;

import io.netpoll.LoopStats;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One poller, its connections, and the loop that serves them.
 *
 * <p>The loop is led by one thread at a time, its <em>leader</em>, inside {@link #lead}. All that
 * the leader works on - the poller with its batch and cursor, the tasks, timers, ready runs and the
 * list of connections - lives in this object and never in locals that survive a call of user code,
 * so that the loop does not depend on which thread leads it. While a leader waits it may lend all
 * this to callers, as {@link Lending} says: "leader only" means them, too, between {@code borrow}
 * and their last step.
 *
 * <h2>Wake-up</h2>
 *
 * Others hand in tasks: enqueue, full fence, read {@code sleeping}. The leader sets {@code
 * sleeping}, puts a full fence, looks at the queue again, and polls. So a task is never left behind
 * a poll, and a wake-up costs a system call only if the leader really sleeps, once for any number
 * of tasks.
 *
 * <h2>Life</h2>
 *
 * {@code load} counts the connections, also those on their way here. A loop that is {@link #retire
 * retired} takes no new ones and ends with its last, by the step of {@code load} from 0 to {@link
 * #ENDED}. One that is closed, or broken, takes that step whatever is on its way. From then on
 * reservations and tasks are refused.
 *
 * <p>Nothing that was handed in before is forgotten, for whatever reason the loop ends: {@link
 * #finish} has the poller tell every connection, acceptance and dial, {@linkplain
 * TimerWheel.Timer#ended tells} the timers that are left, and runs the tasks, which find the poller
 * and the wheel ended and say so to whoever waits for them.
 */
final class PollLoop {

  private static final int ENDED = -1;
  private static final int TASKS_IN_A_ROW = 1024;

  /** How long connections may take to be reset before the poller closes them by force. */
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final String NO_THREAD =
      "there is no further thread to lead it (io.netpoll.maxHeldThreads bounds their number).";
  private static final String INLINE =
      "run handlers that wait or compute for long in an execution mode other than inline.";

  private static final VarHandle SLEEPING;

  static {
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
  private final AtomicInteger load = new AtomicInteger();
  private final LoopCounters counters = new LoopCounters();

  /** Set before the group knows the loop, and read under the group's lock. */
  private int number;

  /** Who does the I/O while the leader has nothing to do but to wait for it. */
  final Lending lending;

  private volatile int sleeping;
  private volatile @Nullable Thread leader;
  private volatile boolean retired;
  private volatile boolean closing;

  // Leader only.
  private final TimerWheel timers = new TimerWheel();
  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final CallerWakeUps callers = new CallerWakeUps();
  private final WarmInputs warmInputs = new WarmInputs();
  private @Nullable EngineConnection first;
  private int acceptances;
  private long closeBy;
  private boolean broken;
  private boolean pollerClosed;

  /** Whether the leader waits in user code while it leads, and must not call any. */
  private boolean ledInPlace;

  /** Whether leadership may pass to another thread while user code runs. */
  private final boolean movable;

  /** Whether the watch-dog looks at this loop: at least it says when a handler holds it up. */
  private final boolean watched;

  private final WatchDog watchDog;
  private final Leadership leadership = new Leadership();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /**
   * What user code is run for. Written by the leader before it enters; read by the watch-dog
   * between seeing the word and its compare-and-set of the same word.
   */
  private @Nullable Runnable running;

  /** The watch-dog only. */
  private final CallWatch callWatch = new CallWatch();

  /** The watch-dog only. */
  private final StallWatch stallWatch;

  private long seenByWatchDog;

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
    this.movable = group.isAdaptive();
    this.watched = movable || group.starter().isInline() && StallWatch.isOn();
    this.stallWatch = new StallWatch(movable ? NO_THREAD : INLINE);
    this.lending = lending;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Runs a task on the leader. Tasks of one thread run in order.
   *
   * @return false if the loop has ended; the task is not run then
   */
  boolean execute(Runnable task) {
    tasks.add(task);
    VarHandle.fullFence(); // pairs with the one of poll, and the steps into LENT of Lending
    if (sleeping == 1 && SLEEPING.compareAndSet(this, 1, 0)) {
      poller.wakeup();
    }
    lending.wakeLeader();
    // A loop that ends looks at its tasks once more after the step to ENDED.
    return load.get() != ENDED || !tasks.remove(task);
  }

  /** Runs {@code run} among the ready runs of this loop: on its leader, after the current event. */
  boolean makeReady(Runnable run) {
    if (isLedByCaller() || isBorrowedByCaller()) {
      ready.add(run);
      return true;
    }
    return execute(() -> ready.add(run));
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

  /** Whether the calling thread does I/O in the leader's place: it must not call user code. */
  boolean isBorrowedByCaller() {
    return lending.isBorrowedByCaller();
  }

  /** Whether leadership may pass to another thread while user code runs. */
  boolean isMovable() {
    return movable;
  }

  /** The backend of its poller. */
  PollerProvider provider() {
    return provider;
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
    for (; ; ) {
      int seen = load.get();
      if (seen == ENDED || retired || closing) {
        return false;
      }
      if (load.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Takes back a reservation. */
  void release() {
    uncount();
    if (retired) {
      wake();
    }
  }

  private void uncount() {
    load.getAndUpdate(count -> count == ENDED ? ENDED : count - 1);
  }

  /** The number of connections. */
  int connections() {
    return Math.max(0, load.get());
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
    retired = true;
    wake();
  }

  /** Resets all connections and ends. */
  void close() {
    closing = true;
    wake();
  }

  /** Frees the poller of a loop that nobody leads yet. */
  void abandon() {
    if (leader == null) {
      load.set(ENDED);
      poller.close();
    }
  }

  private void wake() {
    execute(() -> {});
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** The poller, for taking a socket under watch; refused once the loop is ending. */
  Poller poller() throws IOException {
    if (pollerClosed) {
      throw new IOException("The poll loop has ended.");
    }
    return poller;
  }

  TimerWheel timers() {
    return timers;
  }

  /** Whether what is made ready is called here: else it is started elsewhere. */
  boolean mayRunHandlers() {
    return !ledInPlace && !pollerClosed;
  }

  WarmInputs warmInputs() {
    return warmInputs;
  }

  EngineGroup group() {
    return group;
  }

  void add(EngineConnection connection) {
    connection.next = first;
    if (first != null) {
      first.previous = connection;
    }
    first = connection;
    counters.opened();
    if (closing) {
      connection.abort();
    }
  }

  void remove(EngineConnection connection) {
    warmInputs.remove(connection.in);
    if (connection.previous == null) {
      first = connection.next;
    } else {
      connection.previous.next = connection.next;
    }
    if (connection.next != null) {
      connection.next.previous = connection.previous;
    }
    connection.previous = null;
    connection.next = null;
    uncount();
  }

  void forEachConnection(Consumer<EngineConnection> action) {
    EngineConnection connection = first;
    while (connection != null) {
      EngineConnection next = connection.next; // the action may remove the connection
      action.accept(connection);
      connection = next;
    }
  }

  void acceptanceStarted() {
    acceptances++;
  }

  void acceptanceEnded() {
    acceptances--;
  }

  /** Wakes a waiter: one of the loops' own threads now, a caller once the batch is used up. */
  void wakeAfterBatch(Thread waiter) {
    if (waiter instanceof LoopThread) {
      Await.wake(waiter);
    } else {
      callers.add(waiter);
    }
  }

  /**
   * Makes {@code thread} the first leader; it must call {@link #lead} then.
   *
   * @param number which of the group's loops this is
   */
  void beginWith(LoopThread thread, int number) {
    this.number = number;
    leadership.begin(thread.number);
    if (watched) {
      watchDog.add(this);
    }
    wakeWatchDog();
  }

  /** Leads the loop until it ends, or is passed on while {@code me} is in user code. */
  void lead(LoopThread me) {
    boolean over = true;
    try {
      over = serve(me);
    } catch (Throwable t) {
      breaks(t);
    }
    if (over) {
      finish(me);
    }
  }

  /** Returns false if the loop was passed on: nothing of it may be touched then. */
  boolean serve(LoopThread me) {
    leader = me;
    for (; ; ) {
      runTasks();
      if (!runReady(me)) {
        return false;
      }
      if (!dispatch()) {
        if (isOver()) {
          return true;
        }
        if (!lend()) {
          poll(Long.MAX_VALUE);
        }
        runTimers();
      }
    }
  }

  private void runTasks() {
    Runnable task;
    for (int i = 0; i < TASKS_IN_A_ROW && (task = tasks.poll()) != null; i++) {
      guarded(task);
    }
  }

  /**
   * Runs the handlers that are ready now; those that become ready meanwhile have their turn later.
   *
   * @return whether {@code me} is the leader still
   */
  private boolean runReady(LoopThread me) {
    for (int i = ready.size(); i > 0; i--) {
      if (!call(me, ready.remove())) {
        return false;
      }
    }
    return true;
  }

  /** Calls user code; nothing of the loop may be touched after it returned false. */
  private boolean call(LoopThread me, Runnable run) {
    callers.wake();
    if (!movable) {
      leadership.enterInPlace();
      guarded(run);
      leadership.leaveInPlace();
      return true;
    }
    running = run;
    me.enter(this, leadership.enter());
    if (watchDog.isAsleep()) {
      watchDog.wake();
    }
    guarded(run);
    long entered = me.entered();
    me.leave();
    return entered != Leadership.NONE && leadership.leave(entered);
  }

  // ---- Lending -------------------------------------------------------------------------------

  /** Wakes the callers and waits until the loop comes back, if that is better than to poll. */
  private boolean lend() {
    if (closing || !ready.isEmpty() || !lending.pays(callers.count())) {
      return false;
    }
    Thread[] woken = callers.take();
    lending.lend(woken.length);
    CallerWakeUps.wake(woken);
    lending.awaitReturn(() -> !tasks.isEmpty());
    return true;
  }

  /**
   * Does what I/O is due in the leader's place and wakes the callers it is for, if the loop is lent
   * and the calling thread is the caller to do so. Called by those that wait for input and are no
   * poll loop's own, once they are published as waiters; never waits.
   */
  void pollForCaller() {
    if (!lending.borrow()) {
      return;
    }
    boolean found = false;
    try {
      found = findCallers() && isLeaderIdle() && !lending.isRecalled();
    } finally {
      if (found) {
        lendOn();
      } else {
        lending.giveBack(); // with the callers that were found: the leader wakes them
      }
    }
  }

  /** Uses up the batch and the next one, unless something is for the leader to do. */
  private boolean findCallers() {
    dispatchAll();
    try {
      if (isLeaderIdle()) {
        counters.polled();
        if (poller.poll(0) > 0) {
          dispatchAll();
        }
      }
      return callers.count() > 0;
    } catch (IOException | RuntimeException e) {
      return false; // the leader polls next, meets it too, and can end the loop
    }
  }

  private void dispatchAll() {
    while (ready.isEmpty() && dispatch()) {
      // the next one
    }
  }

  private boolean isLeaderIdle() {
    return ready.isEmpty() && tasks.isEmpty() && timers.nanosToNext() > 0;
  }

  private void lendOn() {
    Thread[] woken = callers.take();
    lending.lendOn(woken.length);
    CallerWakeUps.wake(woken);
    if (!tasks.isEmpty() || lending.isRecalled()) {
      lending.wakeLeader();
    }
  }

  // ---- Passing on ----------------------------------------------------------------------------

  /**
   * Passes the loop on, before its leader {@code me} waits in user code.
   *
   * @return false if there is no thread to pass it to: {@code me} must lead on while it waits
   */
  boolean passOn(LoopThread me) {
    Spares.Spare next = Spares.SHARED.take();
    if (next == null) {
      return false;
    }
    passTo(next, me.entered());
    me.passedOn(); // if that failed, the watch-dog was faster
    return true;
  }

  private boolean passTo(Spares.Spare next, long entered) {
    if (leadership.passTo(entered, next.thread.number)) {
      next.lead(this);
      return true;
    }
    Spares.SHARED.giveBack(next);
    return false;
  }

  /**
   * Looks at the loop, once a tick, and passes it on if its leader is in the same call of user code
   * for too long. The watch-dog only.
   *
   * @return whether user code was called since the last tick, or is running, or may soon be in a
   *     loop that does not look at the watch-dog before
   */
  boolean watch() {
    long seen = leadership.seen();
    boolean busy = seen != seenByWatchDog || Leadership.isInUserCode(seen) || isAwakeInPlace();
    seenByWatchDog = seen;
    Thread held = leader;
    if (held != null) {
      stallWatch.look(seen, held);
      if (movable && callWatch.isOverdue(seen, held)) {
        overtake(seen);
      }
    }
    return busy;
  }

  /** A loop that is not movable looks at the watch-dog when it wakes up, not at each call. */
  private boolean isAwakeInPlace() {
    return !movable && sleeping == 0;
  }

  /** Wakes the watch-dog if this loop relies on being watched from now on. */
  private void wakeWatchDog() {
    if (watched && !movable && watchDog.isAsleep()) {
      watchDog.wake();
    }
  }

  /** Whether a call of user code may have to be overtaken soon. The watch-dog only. */
  boolean isSuspected() {
    return callWatch.isSuspecting();
  }

  private void overtake(long seen) {
    Runnable overtaken = running;
    Spares.Spare next = Spares.SHARED.take();
    if (next != null && passTo(next, seen) && overtaken instanceof ConnectionRun late) {
      late.overtaken();
    }
  }

  /**
   * Leads the loop on while {@code me} waits in user code and no other thread can lead: I/O only,
   * handlers start elsewhere.
   *
   * @return false if the loop has been passed on: {@code me} must park
   */
  boolean leadWhileWaiting(LoopThread me, BooleanSupplier done, Await.Limit limit) {
    if (!leadership.leave(me.entered())) {
      me.passedOn();
      return false;
    }
    me.leave();
    me.waitsInPlace(this);
    ledInPlace = true;
    boolean leads;
    try {
      leads = serveInPlace(me, done, limit);
    } catch (Throwable t) {
      breaks(t);
      finish(me);
      leads = false;
    }
    me.waitsInPlace(null);
    if (leads) {
      ledInPlace = false;
      callers.wake();
    }
    me.enter(this, leads ? leadership.enter() : Leadership.NONE);
    return leads;
  }

  /** Returns false if the loop was passed on, or has ended: nothing of it may be touched then. */
  private boolean serveInPlace(LoopThread me, BooleanSupplier done, Await.Limit limit) {
    while (!done.getAsBoolean() && limit.nanosLeft() > 0 && !me.isInterrupted()) {
      runTasks();
      while (!ready.isEmpty()) {
        group.starter().startElsewhere(this, ready.remove());
      }
      Spares.Spare next = Spares.SHARED.take();
      if (next != null) {
        callers.wake();
        ledInPlace = false;
        passTo(next, leadership.enter()); // if that fails, the watch-dog was faster
        return false;
      }
      if (!dispatch() && !done.getAsBoolean()) {
        if (isOver()) {
          finish(me);
          return false;
        }
        poll(limit.nanosLeft());
        runTimers();
      }
    }
    return true;
  }

  private void runTimers() {
    Runnable due;
    while ((due = timers.pollDue()) != null) {
      guarded(due);
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable t) {
      // Runs contain what handlers throw; what arrives here is a fault of this library, or the
      // machine is at its end. The other connections go on.
      report("A task of a poll loop failed; the loop goes on.", t);
    }
    Thread.interrupted(); // a handler may have left the flag set, and a selector would spin on it
  }

  private boolean dispatch() {
    try {
      return poller.dispatch();
    } catch (Throwable t) {
      report("An event of a poll loop failed; the loop goes on.", t);
      return true;
    }
  }

  private static void report(String what, Throwable t) {
    try {
      Log.LOOP.log(System.Logger.Level.ERROR, what, t);
    } catch (Throwable cannotLog) {
      // The machine is at its end, or the logging system is broken: no reason to end the loop.
    }
  }

  private void poll(long longest) {
    callers.wake();
    long timeout = ready.isEmpty() ? Math.min(longest, timers.nanosToNext()) : 0;
    if (timeout > 0) {
      sleeping = 1;
      VarHandle.fullFence(); // pairs with the one of execute
      if (!tasks.isEmpty()) {
        timeout = 0;
      }
    }
    counters.polled();
    try {
      poller.poll(timeout);
    } catch (IOException | RuntimeException e) {
      breaks(e);
    } catch (OutOfMemoryError e) {
      report("Polling failed for want of memory; the loop goes on.", e);
    }
    sleeping = 0; // pairs with the fence of WatchDog.fallAsleep
    wakeWatchDog();
  }

  private void breaks(Throwable cause) {
    closing = true; // nothing new comes here
    broken = true;
    report("A poller is broken; its connections are closed.", cause);
  }

  /** Whether the loop has nothing left to do for ever; hastens the end of a closing loop. */
  private boolean isOver() {
    if (broken) {
      return true;
    }
    if (!closing && !retired) {
      return false;
    }
    if (closing) {
      if (closeBy == 0) {
        closeBy = System.nanoTime() + CLOSE_NANOS;
        timers.schedule(CLOSE_NANOS, () -> {});
        forEachConnection(EngineConnection::abort);
      } else if (System.nanoTime() - closeBy >= 0) {
        return true;
      }
    }
    if (closing) {
      return load.get() == 0 && ready.isEmpty() && tasks.isEmpty();
    }
    return acceptances == 0
        && ready.isEmpty()
        && tasks.isEmpty()
        && load.compareAndSet(0, ENDED); // a connection on its way here keeps the loop alive
  }

  /** Ends the loop: tells everybody, as the class comment says, and never throws. */
  void finish(LoopThread me) {
    callers.wake();
    closing = true;
    if (broken) {
      guarded(this::leaveGroup);
    }
    closePoller();
    tellTimers();
    do {
      runTasks();
      runLast(me);
    } while (!ready.isEmpty() || !tasks.isEmpty());
    load.set(ENDED);
    runTasks(); // one that came before the step to ENDED was seen; later ones are refused
    runLast(me);
    callers.wake();
    leader = null;
    leadership.end();
    if (watched) {
      watchDog.remove(this);
    }
    if (movable) {
      Spares.SHARED.loopsChanged(-1);
    }
    group.ended(this);
    end.complete(null);
  }

  /** Before user code runs for the last time, which may look for a loop and must not find this. */
  private void leaveGroup() {
    group.replace(this);
  }

  private void closePoller() {
    pollerClosed = true;
    try {
      poller.close();
    } catch (Throwable t) {
      report("A poller could not be closed; its connections are told all the same.", t);
    }
    while (first != null) { // those that the poller has not told
      tellClosed(first);
    }
  }

  private void tellClosed(EngineConnection connection) {
    try {
      connection.leader.closed();
    } catch (Throwable t) {
      report("A connection could not be told that its poller is closed.", t);
      if (connection == first) {
        remove(connection);
      }
    }
  }

  private void tellTimers() {
    TimerWheel.Timer timer;
    while ((timer = timers.end()) != null) {
      tellEnded(timer);
    }
  }

  private void tellEnded(TimerWheel.Timer timer) {
    try {
      timer.ended();
    } catch (Throwable t) {
      report("A timer could not be told that its poll loop has ended.", t);
    }
  }

  /** Starts what is left: elsewhere, where handlers may wait, since this loop ends. */
  private void runLast(LoopThread me) {
    while (!ready.isEmpty()) {
      Runnable run = ready.remove();
      if (movable) {
        group.starter().startElsewhere(this, run);
      } else {
        call(me, run);
      }
    }
  }
}
