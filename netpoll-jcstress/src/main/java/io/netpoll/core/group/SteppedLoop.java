package io.netpoll.core.group;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.Lending;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.core.execution.WatchDog;
import io.netpoll.core.loop.LoopOwner;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.FakePollerProvider;
import io.netpoll.testkit.ForwardingProvider;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A poll loop that a test leads, from one sleep to the next. */
public final class SteppedLoop {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final EngineGroup INLINE = group(Execution.inline());
  private static final EngineGroup ADAPTIVE = group(Execution.adaptive());

  public final SteppedPoller poller = new SteppedPoller();
  public final ConnectionLoop loop;
  final EngineGroup group;
  private final LoopThread leader = new LoopThread(() -> {}, "leader");

  private SteppedLoop(EngineGroup group, PollerProvider provider, WatchDog watchDog) {
    this.group = group;
    loop =
        new ConnectionLoop(
            group,
            group.starter(),
            provider,
            poller,
            0,
            new Nobody(),
            watchDog,
            new Lending(false, 1));
    loop.handlers.beginWith(leader);
  }

  /** A loop that stays with its leader. */
  public static SteppedLoop inline() {
    return new SteppedLoop(INLINE, INLINE.provider(), new WatchDog());
  }

  /** As {@link #inline}, of a backend by which callers read their sockets themselves. */
  public static SteppedLoop readByCallers() {
    return new SteppedLoop(INLINE, new AwaitingProvider(), new WatchDog());
  }

  /** A loop that {@code watchDog} may pass on. */
  public static SteppedLoop adaptive(WatchDog watchDog) {
    return new SteppedLoop(ADAPTIVE, ADAPTIVE.provider(), watchDog);
  }

  /** Something to do in an hour, which no loop has taken yet. */
  Delayed delayed(Runnable action, Consumer<IOException> lost) {
    return new Delayed(group, System.nanoTime() + HOUR, Await.Arrivals.NONE, action, lost);
  }

  /** Leads the loop until it would sleep, or has ended. */
  public void lead() {
    try {
      if (loop.handlers.serve(leader)) {
        loop.handlers.loop.finish();
      }
    } catch (WouldSleep noted) {
      return;
    }
  }

  private static final class AwaitingProvider extends ForwardingProvider {
    @Override
    protected PollerProvider backend() {
      return INLINE.provider();
    }

    @Override
    public boolean awaitsInput() {
      return true;
    }

    @Override
    public InputWait openInputWait() {
      return new SteppedWait();
    }
  }

  /** Is told nothing that a test looks at. */
  private record Nobody() implements LoopOwner {
    @Override
    public void loopBreaks() {}

    @Override
    public void loopEnded() {}
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
