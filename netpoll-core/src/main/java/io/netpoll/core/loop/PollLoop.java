package io.netpoll.core.loop;

import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One poller with its tasks, timers and ready handlers, and the loop that serves them. It knows
 * neither connections nor what a handler is: {@link Residents} live on it, and a {@link LoopDriver}
 * leads it and calls handlers.
 *
 * <p>The loop is owned by one thread at a time, its <em>leader</em>, which is inside {@link #serve}
 * or takes single steps. All that the leader works on - the poller with its batch and cursor, the
 * tasks, timers and ready handlers - lives in this object and never in locals that survive a call
 * of a handler, so that the loop does not depend on which thread leads it.
 *
 * <p>{@link LoopLife} counts the connections, also those on their way here, and knows when the loop
 * is over. One that was closed, or is broken, ends whatever is on its way. From then on
 * reservations and tasks are refused. Nothing that was handed in before is forgotten, for whatever
 * reason the loop ends: {@link #finish} tells all that wait, and runs the tasks that are left,
 * which find the poller and the wheel ended and say so to the threads that wait for them.
 */
public final class PollLoop {
  private static final int TASKS_IN_A_ROW = 1024;

  static {
    LoopFailures.load();
  }

  /** Which of its group's loops this is. */
  public final int number;

  /** What other threads hand in. */
  public final LoopTasks tasks;

  /** How long the loop goes on. */
  public final LoopLife life;

  /** Completed when the loop has ended. */
  public final CompletableFuture<Void> end = new CompletableFuture<>();

  private final PollerProvider provider;
  private final Poller poller;
  private final LoopDriver driver;
  private final LoopOwner owner;
  private final Residents residents;
  private final LoopLoad load = new LoopLoad();
  private final LoopCounters counters = new LoopCounters();

  // Leader only.
  private final TimerWheel timers = new TimerWheel();
  private final ReadyQueue ready = new ReadyQueue();
  private final LoopEvents events;

  /**
   * Makes a loop that nobody leads yet.
   *
   * @param poller of the backend {@code provider}; closed by the loop
   */
  public PollLoop(
      PollerProvider provider,
      Poller poller,
      int number,
      LoopDriver driver,
      Residents residents,
      LoopOwner owner) {
    this.provider = provider;
    this.poller = poller;
    this.number = number;
    this.driver = driver;
    this.residents = residents;
    this.owner = owner;
    this.tasks = new LoopTasks(poller, driver, load);
    this.life = new LoopLife(this, poller, load, residents, timers, owner);
    this.events = new LoopEvents(poller, driver, life, counters, timers);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** The backend of its poller. */
  public PollerProvider provider() {
    return provider;
  }

  /**
   * Has a handler called by the driver, after the current events.
   *
   * @return false if the loop has ended; it is not called then
   */
  public boolean makeReady(Runnable handler) {
    if (driver.isOwnedByCaller()) {
      ready.add(handler);
      return true;
    }
    return tasks.execute(() -> addReady(handler));
  }

  private void addReady(Runnable handler) {
    try {
      ready.add(handler);
    } catch (Error e) { // there is no memory
      tasks.postponeOrThrow(handler, e);
    }
  }

  /** Counts what the loop does; its methods say which thread may call them. */
  public LoopCounters counters() {
    return counters;
  }

  /** Ends the poll under way, or the next one. */
  public void endPoll() {
    poller.wakeup();
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /**
   * Serves the loop until it is over, or is passed on while the calling thread is in a handler.
   *
   * @return false if it was passed on: nothing of it may be touched then
   */
  public boolean serve() {
    for (; ; ) {
      runTasks();
      if (!callReady()) {
        return false;
      }
      if (dispatchSome()) {
        continue;
      }
      runDue();
      if (life.isOver()) {
        return true;
      }
      if (!driver.lend()) {
        driver.beforePoll();
        poll(Long.MAX_VALUE);
      }
      if (life.isBroken()) {
        return true;
      }
    }
  }

  /** Runs tasks, a limited number so that others have their turn. */
  public void runTasks() {
    Runnable task;
    for (int i = 0; i < TASKS_IN_A_ROW && (task = tasks.next()) != null; i++) {
      guarded(task);
    }
  }

  /**
   * Calls the handlers that are ready now; those that become ready meanwhile have their turn later.
   * One that led the loop while it waited may have started the rest elsewhere.
   */
  private boolean callReady() {
    for (int i = ready.size(); i > 0 && !ready.isEmpty(); i--) {
      if (!driver.call(ready.remove(), i > 1)) {
        return false;
      }
    }
    driver.turnEnds();
    return true;
  }

  /**
   * Takes the next few events of the batch: reads of several connections in a row, and then their
   * handlers and sends in a row, are faster than in turn.
   *
   * @return whether there was one
   */
  public boolean dispatchSome() {
    long before = counters.bytesRead();
    int count = 0;
    while (!events.isTurnOver(count, before) && dispatch()) {
      count++;
    }
    return count > 0;
  }

  /**
   * Takes the next event of the batch.
   *
   * @return whether there was one
   */
  public boolean dispatch() {
    try {
      return events.dispatch();
    } catch (Throwable t) {
      lookOver(t);
      return true;
    }
  }

  /** Does what is due, once the batch is used up: not what came to be due after that poll began. */
  public void runDue() {
    events.usedUp();
    TimerWheel.Timer due;
    while ((due = timers.pollDue(events.caughtUpTo())) != null) {
      if (guarded(due) instanceof VirtualMachineError) {
        timers.schedule(RetryQueue.RETRY_NANOS, due);
      }
    }
    tasks.retryAll();
  }

  /** Runs work of the loop, or a handler; returns what it throws, or null. */
  public @Nullable Throwable guarded(Runnable work) {
    Throwable failure = null;
    try {
      work.run();
    } catch (Throwable t) {
      // What users' code throws does not come here; what does is a fault of this library, or there
      // is no memory. The other connections go on.
      failure = t;
      lookOver(t);
    }
    return failure;
  }

  /** Has all residents looked over, since something may have been broken off in the middle. */
  private void lookOver(Throwable failure) {
    tasks.soon(residents); // also where a leader in a handler has lost the loop meanwhile
    LoopFailures.goesOnAfter(failure);
  }

  /**
   * Polls; waits for at most {@code longest} nanoseconds, unless there is something to do before.
   */
  public void poll(long longest) {
    long now = timers.now();
    long timeout = ready.isEmpty() ? Math.min(longest, timers.nanosToNext(now)) : 0;
    events.poll(now, timeout > 0 ? tasks.sleep(timeout) : 0);
    tasks.awake();
    driver.afterPoll();
  }

  /** The poller, for taking a socket under watch; refused once the loop is ending. */
  public Poller poller() throws IOException {
    if (life.hasBegun()) {
      throw new IOException("The poll loop has ended.");
    }
    return poller;
  }

  public TimerWheel timers() {
    return timers;
  }

  /** The handlers that are ready. */
  public ReadyQueue ready() {
    return ready;
  }

  /** The events of the poller. */
  public LoopEvents events() {
    return events;
  }

  /** Whether there are handlers to call or tasks. */
  boolean hasWork() {
    return !ready.isEmpty() || tasks.any();
  }

  /** Whether the leader would have nothing to do but to poll. */
  public boolean isIdle() {
    return !hasWork() && timers.nanosToNext() > 0;
  }

  /** Frees the poller of a loop that nobody leads. */
  public void abandon() {
    load.end();
    poller.close();
  }

  /** Ends the loop: tells all that wait, as the class comment says, and never throws. */
  public void finish() {
    life.begin();
    driver.endsSoon();
    life.tellEverybody();
    do {
      runTasks();
      driver.callLast();
      tasks.abandonAll();
    } while (hasWork());
    load.end();
    runTasks(); // one that came before that end is run; later ones are refused
    tasks.abandonAll();
    driver.callLast();
    driver.hasEnded();
    owner.loopEnded();
    end.complete(null);
  }
}
