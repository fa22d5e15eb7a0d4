package io.netpoll.core;

import io.netpoll.Execution;
import io.netpoll.internal.LibraryThreads;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which thread a run starts, as the {@link Execution} of the group says. Any thread
 * calls {@link #start}; it never runs user code on the caller's stack.
 */
final class HandlerStarter {
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
  HandlerStarter(Execution execution, String groupName) {
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
  HandlerStarter(String groupName, Executor elsewhere) {
    this.groupName = groupName;
    this.inline = false;
    this.ownPool = null;
    this.executor = null;
    this.elsewhere = elsewhere;
    this.context = null;
  }

  boolean isInline() {
    return inline;
  }

  /**
   * Starts {@code run} for a connection of {@code loop}. If that fails, whatever it is, a {@link
   * Postponed.Step} is tried again, and may be started twice then; of others the failure is thrown.
   */
  void start(PollLoop loop, Runnable run) {
    startOrPostpone(elsewhere == null || loop.isMovable() ? executor : elsewhere, loop, run);
  }

  /** Starts {@code run} off the loops, in adaptive execution; fails as {@link #start} does. */
  void startElsewhere(PollLoop loop, Runnable run) {
    startOrPostpone(Objects.requireNonNull(elsewhere), loop, run);
  }

  /** Starts {@code run} with an executor, or on its loop if that is null. */
  private void startOrPostpone(@Nullable Executor threads, PollLoop loop, Runnable run) {
    try {
      if (threads != null) {
        startOn(threads, loop, run);
      } else if (!loop.makeReady(run)) {
        startAlone(run);
      }
    } catch (RuntimeException | Error e) {
      loop.postponeOrThrow(run, e);
    }
  }

  private void startOn(Executor threads, PollLoop loop, Runnable run) {
    if (Deputy.isAnyCaller()) { // the executor may be a user's
      if (!loop.makeReady(() -> startOrPostpone(threads, loop, run))) {
        startAlone(run);
      }
      return;
    }
    Once start = new Once(run);
    try {
      execute(threads, start);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter: no thread to be had
      if (!start.claim()) {
        return; // it has been started all the same
      }
      Refused refused = new Refused(threads, loop, run);
      if (!loop.execute(refused::startInPlaceOrLater)) {
        startAlone(run);
      }
      noteRefusal(loop, e);
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

  private void noteRefusal(PollLoop loop, Throwable cause) {
    try {
      if (refusals.permits()) {
        Log.EXECUTION.log(
            System.Logger.Level.WARNING, loop.isMovable() ? RUN_ON_LOOP : TRIED_AGAIN, cause);
      }
    } catch (Error noMemory) {
      // There is none to load the text: the handler is seen to already.
    }
  }

  /** A run for which there was no thread. The leader calls its methods. */
  private final class Refused extends TimerWheel.Timer {
    private final Executor threads;
    private final PollLoop loop;
    private final Runnable start;

    Refused(Executor threads, PollLoop loop, Runnable start) {
      this.threads = threads;
      this.loop = loop;
      this.start = start;
    }

    /** In adaptive execution it is better late, and beside others, than never. */
    void startInPlaceOrLater() {
      if (!loop.isMovable() || !loop.mayRunHandlers()) {
        loop.timers().schedule(Postponed.RETRY_NANOS, this);
        return;
      }
      startOrPostpone(null, loop, start);
      if (!retrying.get()) {
        Retry retry = new Retry(threads, loop); // first: it may fail
        if (retrying.compareAndSet(false, true)) {
          loop.timers().schedule(Postponed.RETRY_NANOS, retry);
        }
      }
    }

    @Override
    public void run() {
      startOrPostpone(threads, loop, start);
    }

    @Override
    void ended() {
      startAlone(start);
    }
  }

  /**
   * Asks for a thread again though nothing needs one: a {@link TurnStarter} that refused one run
   * may hold others, which it starts when it is called next. One at a time.
   */
  private final class Retry extends TimerWheel.Timer {
    private final Executor threads;
    private final PollLoop loop;

    Retry(Executor threads, PollLoop loop) {
      this.threads = threads;
      this.loop = loop;
    }

    @Override
    public void run() {
      retrying.set(false);
      startOn(threads, loop, NOTHING);
    }

    @Override
    void ended() {
      retrying.set(false);
    }
  }

  /**
   * For what is left to call when the loops have ended: on a thread of its own, or if there is none
   * to be had on the caller's stack, since no loop waits for that any more.
   */
  void startAlone(Runnable run) {
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
  void close() {
    if (ownPool != null) {
      ownPool.shutdown();
    }
  }
}
