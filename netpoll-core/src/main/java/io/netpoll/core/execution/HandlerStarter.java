package io.netpoll.core.execution;

import io.netpoll.Execution;
import io.netpoll.core.loop.Log;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.internal.LibraryThreads;
import io.netpoll.internal.LogLimit;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which thread a run starts, as the {@link Execution} of the group says. Any thread
 * calls {@link #start}; it never runs user code on the caller's stack.
 */
public final class HandlerStarter {
  private static final String TRIED_AGAIN =
      "A handler could not be started and is tried again every 10 ms: give the group's executor"
          + " more room.";
  private static final String RUN_ON_LOOP =
      "A handler could not be started and runs on its poll loop: let the process have more"
          + " threads.";

  private static final Runnable NOTHING =
      new Runnable() {
        @Override
        public void run() {}
      };

  private final String groupName;

  private final boolean inline;

  /** Runs handlers; null where they run on the loops. */
  private final @Nullable Executor executor;

  /**
   * Runs, in adaptive execution, handlers that are too heavy for the loops or must not run there.
   */
  private final @Nullable Executor elsewhere;

  /** The pool to end with the group, if the executor is its own. */
  private final @Nullable WorkerPool ownPool;

  /** That of the group, for an executor of the user's; null if it is the library's own. */
  private final @Nullable ContextLoader context;

  private final LogLimit refusals = new LogLimit();

  /** Whether a {@link Retry} is scheduled on some loop. */
  private final AtomicBoolean retrying = new AtomicBoolean();

  /**
   * Makes the starter for an execution mode.
   *
   * @throws IllegalArgumentException if this JDK lacks the mode
   */
  public HandlerStarter(Execution execution, String groupName) {
    this.groupName = groupName;
    this.inline = execution.mode() == Execution.Mode.INLINE;
    boolean adaptive = execution.mode() == Execution.Mode.ADAPTIVE;
    boolean virtual =
        execution.mode() == Execution.Mode.VIRTUAL || (adaptive && VirtualThreads.exist());
    this.ownPool =
        inline || virtual || execution.executor() != null ? null : new WorkerPool(groupName);
    Executor threads =
        virtual
            ? VirtualThreads.executor("netpoll-" + groupName + "-virtual-")
            : ownPool == null ? execution.executor() : ownPool;
    this.executor = inline || adaptive ? null : threads;
    this.elsewhere = adaptive ? threads : null;
    this.context = execution.executor() == null ? null : new ContextLoader();
  }

  /** Makes one for adaptive execution that starts heavy handlers with {@code elsewhere}. */
  public HandlerStarter(String groupName, Executor elsewhere) {
    this.groupName = groupName;
    this.inline = false;
    this.ownPool = null;
    this.executor = null;
    this.elsewhere = elsewhere;
    this.context = null;
  }

  public boolean isInline() {
    return inline;
  }

  /** Whether handlers start on the loops, and elsewhere where they are too heavy for that. */
  boolean isAdaptive() {
    return elsewhere != null;
  }

  /**
   * Starts {@code run} for a connection of the loop {@code on}. If that fails, whatever it is, a
   * {@link RetryQueue.Step} is tried again, and may be started twice then; of others the failure is
   * thrown.
   */
  public void start(HandlerLoop on, Runnable run) {
    startOrPostpone(elsewhere == null || on.isMovable() ? executor : elsewhere, on, run);
  }

  /** Starts {@code run} off the loops, in adaptive execution; fails as {@link #start} does. */
  public void startElsewhere(HandlerLoop on, Runnable run) {
    startOrPostpone(Objects.requireNonNull(elsewhere), on, run);
  }

  /** Starts {@code run} with an executor, or on its loop if that is null. */
  private void startOrPostpone(@Nullable Executor threads, HandlerLoop on, Runnable run) {
    try {
      if (threads != null) {
        startOn(threads, on, run);
      } else if (!on.loop.makeReady(run)) {
        startAlone(run);
      }
    } catch (RuntimeException | Error e) {
      on.loop.tasks.postponeOrThrow(run, e);
    }
  }

  private void startOn(Executor threads, HandlerLoop on, Runnable run) {
    if (Deputy.isAnyCaller()) { // the executor may be a user's
      if (!on.loop.makeReady(() -> startOrPostpone(threads, on, run))) {
        startAlone(run);
      }
      return;
    }
    ClaimableTask start = new ClaimableTask(run);
    try {
      execute(threads, start);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter: no thread to be had
      if (!start.claim()) {
        return; // it has been started all the same
      }
      Refused refused = new Refused(threads, on, run);
      if (!on.loop.tasks.execute(refused::startInPlaceOrLater)) {
        startAlone(run);
      }
      noteRefusal(on, e);
    }
  }

  /** An executor of the user's may start threads, which inherit the context class loader. */
  private void execute(Executor threads, Runnable start) {
    if (context == null) {
      threads.execute(start);
      return;
    }
    ClassLoader before = context.enter();
    try {
      threads.execute(start);
    } finally {
      ContextLoader.leave(before);
    }
  }

  private void noteRefusal(HandlerLoop on, Throwable cause) {
    try {
      if (refusals.permits()) {
        Log.EXECUTION.log(
            System.Logger.Level.WARNING, on.isMovable() ? RUN_ON_LOOP : TRIED_AGAIN, cause);
      }
    } catch (Error noMemory) {
      // There is none to load the text: the handler is seen to already.
    }
  }

  /** A run for which there was no thread. The leader calls its methods. */
  private final class Refused extends TimerWheel.Timer {
    private final Executor threads;
    private final HandlerLoop on;
    private final Runnable start;

    Refused(Executor threads, HandlerLoop on, Runnable start) {
      this.threads = threads;
      this.on = on;
      this.start = start;
    }

    /** In adaptive execution it is better late, and beside others, than never. */
    void startInPlaceOrLater() {
      if (!on.isMovable() || !on.mayRunHandlers()) {
        on.loop.timers().schedule(RetryQueue.RETRY_NANOS, this);
        return;
      }
      startOrPostpone(null, on, start);
      if (!retrying.get()) {
        Retry retry = new Retry(threads, on); // first: it may fail
        if (retrying.compareAndSet(false, true)) {
          on.loop.timers().schedule(RetryQueue.RETRY_NANOS, retry);
        }
      }
    }

    @Override
    public void run() {
      startOrPostpone(threads, on, start);
    }

    @Override
    public void ended() {
      startAlone(start);
    }
  }

  /**
   * Asks for a thread again though nothing needs one: a {@link FairExecutor} that refused one run
   * may hold others, which it starts when it is called next. One at a time.
   */
  private final class Retry extends TimerWheel.Timer {
    private final Executor threads;
    private final HandlerLoop on;

    Retry(Executor threads, HandlerLoop on) {
      this.threads = threads;
      this.on = on;
    }

    @Override
    public void run() {
      retrying.set(false);
      startOn(threads, on, NOTHING);
    }

    @Override
    public void ended() {
      retrying.set(false);
    }
  }

  /**
   * For what is left to call when the loops have ended: on a thread of its own, or if there is none
   * to be had on the caller's stack, since no loop waits for that any more.
   */
  public void startAlone(Runnable run) {
    try {
      LibraryThreads.daemon("netpoll-" + groupName + "-last", run).start();
    } catch (OutOfMemoryError noThread) {
      runHere(run);
    }
  }

  private static void runHere(Runnable run) {
    try {
      run.run();
    } catch (Throwable t) {
      Log.EXECUTION.log(System.Logger.Level.ERROR, "What was left to call failed.", t);
    }
  }

  /** Ends the group's own pool once its handlers have returned. */
  public void close() {
    if (ownPool != null) {
      ownPool.shutdown();
    }
  }
}
