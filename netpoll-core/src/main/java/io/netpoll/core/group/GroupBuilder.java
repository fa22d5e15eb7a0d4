package io.netpoll.core.group;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes an {@link EngineGroup}. */
final class GroupBuilder implements PollerGroup.Builder {
  private @Nullable HandlerStarter starter;
  private @Nullable String name;
  private @Nullable String backend;
  private int loops;
  private LoadBalance loadBalance = LoadBalance.ROUND_ROBIN;
  private Execution execution = Execution.adaptive();

  @Override
  public GroupBuilder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  @Override
  public GroupBuilder backend(String backend) {
    this.backend = Objects.requireNonNull(backend, "backend");
    return this;
  }

  @Override
  public GroupBuilder loops(int loops) {
    if (loops < 1) {
      throw new IllegalArgumentException("A group needs at least 1 loop, not " + loops + ".");
    }
    this.loops = loops;
    return this;
  }

  @Override
  public GroupBuilder loadBalance(LoadBalance loadBalance) {
    this.loadBalance = Objects.requireNonNull(loadBalance, "loadBalance");
    return this;
  }

  @Override
  public GroupBuilder execution(Execution execution) {
    this.execution = Objects.requireNonNull(execution, "execution");
    return this;
  }

  @Override
  public PollerGroup build() throws PollerUnavailableException {
    return build(false);
  }

  /** Has handlers started by {@code starter}, in place of what the execution mode implies. */
  GroupBuilder starter(HandlerStarter starter) {
    this.starter = starter;
    return this;
  }

  EngineGroup buildShared() throws PollerUnavailableException {
    return build(true);
  }

  private EngineGroup build(boolean shared) throws PollerUnavailableException {
    PollerProvider provider = Backends.choose(backend);
    String known = name == null ? LoopThread.nextGroupName() : name;
    try {
      return new EngineGroup(
          known,
          provider,
          execution,
          starter == null ? new HandlerStarter(execution, known) : starter,
          loadBalance,
          loops == 0 ? defaultLoops(execution) : loops,
          shared);
    } catch (IOException e) {
      PollerUnavailableException unavailable =
          new PollerUnavailableException(
              "The poller backend "
                  + provider.name()
                  + " cannot open a poller: "
                  + e.getMessage()
                  + ".");
      unavailable.initCause(e);
      throw unavailable;
    }
  }

  /** As many as processors where handlers run on the loops, few where they run elsewhere. */
  static int defaultLoops(Execution execution) {
    int processors = Runtime.getRuntime().availableProcessors();
    return switch (execution.mode()) {
      case ADAPTIVE, INLINE -> processors;
      case WORKERS, VIRTUAL -> processors / 20 + 1;
    };
  }
}
