package io.netpoll.core;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.EngineProvider;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Makes groups, and keeps the shared one. */
public final class Engine implements EngineProvider {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static volatile @Nullable EngineGroup shared;

  /** For ServiceLoader. */
  public Engine() {}

  @Override
  public PollerGroup.Builder group() {
    return new GroupBuilder();
  }

  @Override
  public PollerGroup sharedGroup() throws PollerUnavailableException {
    EngineGroup group = shared;
    if (group != null) {
      return group;
    }
    LOCK.lock();
    try {
      if (shared == null) {
        shared = sharedBuilder().buildShared();
      }
      return shared;
    } finally {
      LOCK.unlock();
    }
  }

  private static GroupBuilder sharedBuilder() {
    GroupBuilder builder = new GroupBuilder();
    builder.name("shared");
    String loops = System.getProperty("io.netpoll.loops");
    if (loops != null) {
      try {
        builder.loops(Integer.parseInt(loops));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "The system property io.netpoll.loops must be a number of at least 1, not "
                + loops
                + ".",
            e);
      }
    }
    String balance = System.getProperty("io.netpoll.loadBalance");
    if (balance != null) {
      builder.loadBalance(
          pick(
              "io.netpoll.loadBalance",
              balance,
              LoadBalance.values(),
              value -> value.name().toLowerCase(Locale.ROOT)));
    }
    String execution = System.getProperty("io.netpoll.execution");
    if (execution != null) {
      builder.execution(
          switch (pick(
              "io.netpoll.execution", execution, Execution.Mode.values(), Execution.Mode::label)) {
            case WORKERS -> Execution.workers();
            case VIRTUAL -> Execution.virtualThreads();
            case INLINE -> Execution.inline();
            case ADAPTIVE -> Execution.adaptive();
          });
    }
    return builder;
  }

  private static <T> T pick(
      String property, String value, T[] choices, java.util.function.Function<T, String> label) {
    for (T choice : choices) {
      if (label.apply(choice).equalsIgnoreCase(value)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "The system property "
            + property
            + " must be one of "
            + Arrays.stream(choices).map(label).toList()
            + ", not "
            + value
            + ".");
  }
}
