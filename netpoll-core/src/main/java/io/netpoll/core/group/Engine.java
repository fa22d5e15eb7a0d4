package io.netpoll.core.group;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.buffer.LinkedBufferProvider;
import io.netpoll.internal.Setting;
import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.EngineProvider;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Makes groups, and keeps the shared one. */
public final class Engine implements EngineProvider {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static volatile @Nullable EngineGroup shared;

  /** For ServiceLoader. */
  public Engine() {
    requireOneVersion();
  }

  /**
   * Refuses this module, and the buffer that it is built on, beside others of another version.
   *
   * @throws IllegalStateException if netpoll-api is of another version than one of them
   */
  public static void requireOneVersion() {
    Versions.require("netpoll-core", Version.CURRENT);
    LinkedBufferProvider.requireOneVersion();
  }

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
    int loops = Setting.LOOPS.number(0);
    if (loops != 0) {
      builder.loops(loops);
    }
    String balance = Setting.LOAD_BALANCE.choice();
    if (balance != null) {
      builder.loadBalance(LoadBalance.valueOf(balance.toUpperCase(Locale.ROOT)));
    }
    String execution = Setting.EXECUTION.choice();
    if (execution != null) {
      builder.execution(
          switch (Execution.Mode.valueOf(execution.toUpperCase(Locale.ROOT))) {
            case WORKERS -> Execution.workers();
            case VIRTUAL -> Execution.virtualThreads();
            case INLINE -> Execution.inline();
            case ADAPTIVE -> Execution.adaptive();
          });
    }
    return builder;
  }
}
