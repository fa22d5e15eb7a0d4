package io.netpoll.core;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.testkit.FakePollerProvider;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A poll loop that a test leads, from one sleep to the next. */
final class SteppedLoop {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final EngineGroup INLINE = group(Execution.inline());
  private static final EngineGroup ADAPTIVE = group(Execution.adaptive());

  final SteppedPoller poller = new SteppedPoller();
  final PollLoop loop;
  private final LoopThread leader = new LoopThread(() -> {}, "leader");

  private SteppedLoop(EngineGroup group, WatchDog watchDog) {
    loop = new PollLoop(group, poller, watchDog, new Lending(false, 1));
    loop.beginWith(leader);
  }

  /** A loop that stays with its leader. */
  static SteppedLoop inline() {
    return new SteppedLoop(INLINE, new WatchDog());
  }

  /** A loop that {@code watchDog} may pass on. */
  static SteppedLoop adaptive(WatchDog watchDog) {
    return new SteppedLoop(ADAPTIVE, watchDog);
  }

  /** Something to do in an hour, which no loop has taken yet. */
  Delayed delayed(Runnable action, Consumer<IOException> lost) {
    return new Delayed(loop.group(), System.nanoTime() + HOUR, Await.Arrivals.NONE, action, lost);
  }

  /** Leads the loop until it would sleep, or has ended. */
  void lead() {
    try {
      if (loop.serve(leader)) {
        loop.finish(leader);
      }
    } catch (WouldSleep noted) {
      return;
    }
  }

  /** A group without loops of its own. */
  private static EngineGroup group(Execution execution) {
    try {
      return new EngineGroup(
          "races",
          new FakePollerProvider(),
          execution,
          new HandlerStarter(execution, "races"),
          LoadBalance.ROUND_ROBIN,
          0,
          false);
    } catch (IOException e) {
      throw new IllegalStateException("no loop was to be opened", e);
    }
  }
}
