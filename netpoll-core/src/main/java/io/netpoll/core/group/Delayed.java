package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.ClaimableTask;
import io.netpoll.core.loop.TimerWheel;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An action that a poll loop of a group does later, once; made by {@link EngineGroup#schedule}. Any
 * thread cancels it.
 *
 * <p>If the loop ends before, another loop of the group takes it over. If there is none, the action
 * is lost, and the thread or callback that depends on it is told: so exactly one of the two is
 * called, unless it is cancelled.
 *
 * <h2>Memory ordering</h2>
 *
 * {@code cancel} writes {@code cancelled} and reads {@code alarm}; the thread that arms it writes
 * {@code alarm} and lets the loop read {@code cancelled}. Both are volatile, so either the loop
 * leaves a cancelled alarm alone, or the thread that cancels finds it and has it forgotten.
 */
public final class Delayed {
  private final EngineGroup group;
  private final long at;
  private final Await.Arrivals arrivals;
  private final Runnable action;
  private final Consumer<IOException> lost;
  private volatile boolean cancelled;

  /** The alarm on the loop that does it, for the time being; null if no loop has taken it yet. */
  private volatile @Nullable Alarm alarm;

  /**
   * Makes one that nobody has taken.
   *
   * @param at when, by the clock of System.nanoTime
   * @param arrivals what must be handled before, up to then
   * @param lost called in place of the action, with the reason
   */
  Delayed(
      EngineGroup group,
      long at,
      Await.Arrivals arrivals,
      Runnable action,
      Consumer<IOException> lost) {
    this.group = group;
    this.at = at;
    this.arrivals = arrivals;
    this.action = action;
    this.lost = lost;
  }

  /** Lets {@code loop} do it; returns false if that has ended. One thread at a time. */
  boolean arm(ConnectionLoop loop) {
    Alarm next = new Alarm(loop);
    alarm = next;
    return next.arm();
  }

  /** No loop is there to do it. */
  void lose(IOException why) {
    if (!cancelled) {
      lost.accept(why);
    }
  }

  /** Makes it do nothing, and forgets it; too late if it is being done. */
  public void cancel() {
    cancelled = true;
    Alarm armed = alarm;
    if (armed != null) {
      armed.forget();
    }
  }

  /** What one loop keeps of it, so that no other one touches its wheel. */
  private final class Alarm extends TimerWheel.Timer {
    private final ConnectionLoop loop;

    /** The action, once its time has come and it waits for what has arrived. Leader only. */
    private @Nullable ClaimableTask dueAction;

    Alarm(ConnectionLoop loop) {
      this.loop = loop;
    }

    boolean arm() {
      return loop.execute(this::schedule);
    }

    private void schedule() {
      if (!cancelled) {
        loop.timers().schedule(at - System.nanoTime(), this);
      }
    }

    void forget() {
      loop.execute(this::cancel); // a loop that has ended has no timers
    }

    @Override
    public void run() {
      if (cancelled) {
        return;
      }
      if (arrivals == Await.Arrivals.NONE) {
        action.run();
      } else if (dueAction == null) {
        letArriveFirst();
      } else {
        dueAction.run(); // no longer
      }
    }

    private void letArriveFirst() {
      ClaimableTask due = new ClaimableTask(action);
      dueAction = due;
      loop.timers().schedule(Await.GRACE_NANOS, this);
      arrivals
          .caughtUp()
          .whenComplete(
              (nothing, failure) -> {
                if (!cancelled) {
                  due.run();
                }
                forget();
              });
    }

    @Override
    public void ended() {
      if (!cancelled && (dueAction == null || dueAction.claim())) {
        group.arm(Delayed.this);
      }
    }
  }
}
