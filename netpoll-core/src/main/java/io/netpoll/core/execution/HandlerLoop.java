package io.netpoll.core.execution;

import io.netpoll.core.loop.LoopDriver;
import io.netpoll.core.loop.LoopFailures;
import io.netpoll.core.loop.LoopOwner;
import io.netpoll.core.loop.PollLoop;
import io.netpoll.core.loop.ReadyQueue;
import io.netpoll.core.loop.Residents;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Leads a {@link PollLoop} and calls handlers on it: which thread does that, and how the loop
 * passes to another one.
 *
 * <p>The loop has one leader at a time, inside {@link #lead}. {@link LeaderHandoff} passes it on
 * from a leader in user code, or a {@link NestedPollLoop} leads on from there. While a leader waits
 * for events it may lend the loop to its {@link Deputy}, as {@link Lending} says: "leader only"
 * means that, too, between {@code hold} and the last step of its turn.
 */
public final class HandlerLoop implements LoopDriver {

  /** The loop that is led. */
  public final PollLoop loop;

  /** The state of a loop that another thread polls in the leader's place. */
  final Lending lending;

  /** What the watch-dog knows of this loop; its own. */
  final LoopWatch watch;

  /** How the loop passes to another thread while user code runs. */
  final LeaderHandoff handoff;

  /** How a leader leads on while it waits in user code, if no other thread can. */
  final NestedPollLoop nestedLoop;

  private final HandlerStarter starter;

  /**
   * Whether user code is called here and leadership may pass to another thread meanwhile: in
   * adaptive execution, unless the poller is bound to its thread.
   */
  private final boolean movable;

  /** Whether the watch-dog looks at this loop: at least it says when a handler holds it up. */
  private final boolean watched;

  private final WatchDog watchDog;
  private final Leadership leadership = new Leadership();
  private final Deputy deputy;
  private volatile @Nullable LoopThread leader;

  // Leader only.
  private final FlushBatch sends = new FlushBatch();
  private final UnparkBatch callers = new UnparkBatch();

  /**
   * What user code is run for. Written by the leader, before it enters and once nothing is left to
   * run; read by the watch-dog between seeing the word and its compare-and-set of the same word.
   */
  private @Nullable Runnable running;

  /**
   * Makes a loop that nobody leads yet.
   *
   * @param poller of the backend {@code provider}; closed by the loop
   * @param starter of the group: says where handlers run
   * @param lending made for this loop
   */
  public HandlerLoop(
      PollerProvider provider,
      Poller poller,
      int number,
      HandlerStarter starter,
      Residents residents,
      LoopOwner owner,
      WatchDog watchDog,
      Lending lending) {
    this.starter = starter;
    this.movable = starter.isAdaptive() && !provider.threadAffine();
    this.watched = movable || starter.isInline() && StallWatch.isOn();
    this.watchDog = watchDog;
    this.lending = lending;
    this.watch = new LoopWatch(this);
    this.loop = new PollLoop(provider, poller, number, this, residents, owner);
    this.deputy = new Deputy(loop, lending, callers);
    this.handoff = new LeaderHandoff(this, leadership);
    this.nestedLoop = new NestedPollLoop(this, leadership, sends, callers);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Whether leadership may pass to another thread while user code runs. */
  public boolean isMovable() {
    return movable;
  }

  /**
   * Whether the calling thread is the leader, and at work for the loop: one that is in user code
   * may lose the loop at any moment, where that may be passed on.
   */
  public boolean isLedByCaller() {
    if (!movable) {
      return Thread.currentThread() == leader;
    }
    LoopThread thread = LoopThread.current();
    return thread != null && leadership.isLeading(thread.number);
  }

  @Override
  public boolean isOwnedByCaller() {
    return isLedByCaller() || deputy.isCaller();
  }

  /** Whether {@code caller}, which is in user code of this loop, is its leader still. */
  boolean isLedFromWithin(LoopThread caller) {
    if (!movable) {
      return true;
    }
    long entered = caller.entered();
    VarHandle.fullFence(); // pairs with the one of CallbackTask.sendHeld
    return entered != Leadership.NONE && entered == leadership.seen();
  }

  @Override
  public void wakeLeader() {
    lending.wakeLeader();
  }

  /** Frees the poller of a loop that nobody leads yet. */
  public void abandon() {
    if (leader == null) {
      try {
        watchDog.remove(watch);
      } finally {
        loop.abandon();
      }
    }
  }

  // ---- The watch-dog -------------------------------------------------------------------------

  /** The leadership word now. */
  long leadershipSeen() {
    return leadership.seen();
  }

  /** The thread that leads, if there is one. */
  @Nullable Thread leader() {
    return leader;
  }

  /** A loop that is not movable looks at the watch-dog when it wakes up, not at each call. */
  boolean isAwakeInPlace() {
    return !movable && !loop.tasks.isLeaderAsleep();
  }

  /** Passes the loop on, as {@link LeaderHandoff#preempt} says. */
  void preempt(long seen) {
    handoff.preempt(seen, running);
  }

  /** Wakes the watch-dog if this loop relies on being watched from now on. */
  private void wakeWatchDog() {
    if (watched && !movable && watchDog.isAsleep()) {
      watchDog.wake();
    }
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** Makes {@code thread} the first leader; it must call {@link #lead} then. */
  public void beginWith(LoopThread thread) {
    leadership.begin(thread.number);
    if (watched) {
      watchDog.add(watch);
    }
    wakeWatchDog();
  }

  /** Leads the loop until it ends, or is passed on while {@code me} is in user code. */
  public void lead(LoopThread me) {
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
        loop.life.breaks(t);
      }
    } while (again);
    if (over) {
      loop.finish();
    }
  }

  /** Returns false if the loop was passed on: nothing of it may be touched then. */
  public boolean serve(LoopThread me) {
    leader = me;
    sends.send(); // of a turn that the leader before could not end
    return loop.serve();
  }

  /** Whether what is made ready is called here: else it is started elsewhere. */
  boolean mayRunHandlers() {
    return !nestedLoop.isLeading() && !loop.life.hasBegun();
  }

  /** Wakes a waiter: one of the loops' own threads now, a caller once the batch is used up. */
  public void wakeAfterBatch(Thread waiter) {
    if (waiter instanceof LoopThread) {
      Await.wake(waiter);
    } else {
      callers.add(waiter);
    }
  }

  @Override
  public boolean call(Runnable handler, boolean othersFollow) {
    boolean leavesSends = othersFollow || !sends.isEmpty();
    boolean leads = call(Objects.requireNonNull(leader), handler, leavesSends);
    if (leads) {
      sends.ranOne();
    }
    return leads;
  }

  /**
   * Calls user code; nothing of the loop may be touched after it returned false.
   *
   * @param leavesSends whether the caller sends what the handler leaves, after others
   */
  private boolean call(LoopThread me, Runnable handler, boolean leavesSends) {
    callers.wake();
    if (!movable) {
      me.enter(this, Leadership.NONE, leavesSends);
      leadership.enterInPlace();
      callUserCode(handler);
      leadership.leaveInPlace();
      me.leave();
      return keepUnsent(me, true);
    }
    running = handler;
    me.enter(this, leadership.enter(), leavesSends);
    if (watchDog.isAsleep()) {
      watchDog.wake();
    }
    callUserCode(handler);
    long entered = me.entered();
    me.leave();
    return keepUnsent(me, entered != Leadership.NONE && leadership.leave(entered));
  }

  /** An interrupt that comes late, or is left behind, is not for the next call. */
  private void callUserCode(Runnable handler) {
    Thread.interrupted();
    loop.guarded(handler);
    Thread.interrupted();
  }

  /** Sees to what the handler left to be sent; returns {@code leads}. */
  private boolean keepUnsent(LoopThread me, boolean leads) {
    LeftOutput unsent = me.takeUnsent();
    if (unsent != null) {
      if (leads) {
        sends.add(unsent);
      } else {
        unsent.sendLate();
      }
    }
    return leads;
  }

  @Override
  public void turnEnds() {
    running = null; // a loop without work keeps nothing of an application alive
    sends.send();
  }

  @Override
  public boolean lend() {
    boolean isWanted =
        !loop.ready().isEmpty() || loop.tasks.anyPostponed() || loop.timers().nanosToNext() <= 0;
    if (isWanted || loop.life.isClosing() || !deputy.lend()) {
      return false;
    }
    if (callers.count() > 0 && loop.ready().isEmpty() && !loop.dispatchSome()) {
      // The deputy's turn comes next: those that are found are woken with the others.
      loop.events().pollAtOnce();
    }
    return true;
  }

  @Override
  public void beforePoll() {
    callers.wake();
  }

  @Override
  public boolean keepsInterrupts() {
    return nestedLoop.isLeading();
  }

  @Override
  public void afterPoll() {
    wakeWatchDog();
  }

  /** Has those that are ready run on other threads. */
  void startReadyElsewhere() {
    ReadyQueue ready = loop.ready();
    while (!ready.isEmpty()) {
      starter.startElsewhere(this, ready.remove());
    }
  }

  @Override
  public void endsSoon() {
    callers.wake();
    deputy.end();
  }

  /** Starts what is left: elsewhere, where handlers may wait, since this loop ends. */
  @Override
  public void callLast() {
    if (movable) {
      startReadyElsewhere();
      return;
    }
    ReadyQueue ready = loop.ready();
    while (!ready.isEmpty()) {
      call(Objects.requireNonNull(leader), ready.remove(), false);
    }
  }

  @Override
  public void hasEnded() {
    callers.wake();
    leader = null;
    leadership.end();
    if (watched) {
      watchDog.remove(watch);
    }
    if (movable) {
      FollowerThreads.SHARED.loopsChanged(-1);
    }
  }
}
