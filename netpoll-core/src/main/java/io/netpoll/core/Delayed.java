package io.netpoll.core;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An action that a poll loop of a group is to do later, once; made by {@link EngineGroup#schedule}.
 * Any thread cancels it.
 *
 * <p>If the loop ends before, another loop of the group takes it over. If there is none, the action
 * is lost, and whoever depends on it is told: so exactly one of the two is called, unless it is
 * cancelled.
 *
 * <h2>Memory ordering</h2>
 *
 * {@code cancel} writes {@code cancelled} and reads {@code alarm}; who arms it writes {@code alarm}
 * and lets the loop read {@code cancelled}. Both are volatile, so either the loop leaves a
 * cancelled alarm alone, or the one who cancels finds it and has it forgotten.
 */
public final class Delayed {
  private final EngineGroup group;
  private final long at;
  private final Await.Arrivals arrivals;
  private final Runnable action;
  private final Consumer<IOException> lost;
  private volatile boolean cancelled;

  /** Where it is to be done, for the time being; null if no loop has taken it yet. */
  private volatile @Nullable Alarm alarm;

  /**
   * Makes one that nobody has taken.
   *
   * @param at when, by the clock of System.nanoTime
   * @param arrivals what is to be handled before, up to then
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
  boolean arm(PollLoop loop) {
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
    private final PollLoop loop;

    /** The action, once its time has come and it waits for what has arrived. Leader only. */
    private @Nullable Once dueAction;

    Alarm(PollLoop loop) {
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
      Once due = new Once(action);
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
    void ended() {
      if (!cancelled && (dueAction == null || dueAction.claim())) {
        group.arm(Delayed.this);
      }
    }
  }
}
