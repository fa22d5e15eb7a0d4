package io.netpoll.core.group;

import io.netpoll.core.loop.Log;
import io.netpoll.internal.LibraryThreads;
import io.netpoll.internal.Missing;
import io.netpoll.spi.PollerProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Logs at INFO, once a process, which poller backend was chosen and why each of the others was not:
 * one that cannot be used, one that comes later, one that was not asked for, and one whose classes
 * are on the path while nothing names it, as in a jar into which others were merged carelessly.
 *
 * <p>A second after the first group was made, and on a thread of its own: to find and set up a
 * logging system takes longer than all the rest of starting a server. Any thread.
 */
final class BackendLog {
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private BackendLog() {}

  static void chosen(PollerProvider chosen, boolean isAuto, List<PollerProvider> providers) {
    if (LOGGED.add(chosen.name() + isAuto)) {
      LibraryThreads.daemon("netpoll-log", new Later(chosen, isAuto, providers)).start();
    }
  }

  private record Later(PollerProvider chosen, boolean isAuto, List<PollerProvider> providers)
      implements Runnable {
    @Override
    public void run() {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      Log.BACKEND.log(System.Logger.Level.INFO, text(chosen, isAuto, providers));
    }
  }

  /** One that was not asked for is not asked whether it is available: it may load native code. */
  static String text(PollerProvider chosen, boolean isAuto, List<PollerProvider> providers) {
    StringBuilder text = new StringBuilder("The poller backend is ").append(chosen.name());
    text.append(isAuto ? "." : ", as configured.");
    boolean isBefore = true;
    for (PollerProvider provider : Backends.byPriority(providers)) {
      if (provider == chosen) {
        isBefore = false;
      } else if (!isAuto) {
        unused(text, provider.name(), chosen.name() + " was asked for.");
      } else if (isBefore) {
        unused(text, provider.name(), Backends.ask(provider).reason());
      } else {
        unused(text, provider.name(), chosen.name() + " goes before it.");
      }
    }
    for (String known : Missing.backends()) {
      if (providers.stream().noneMatch(provider -> provider.name().equals(known))
          && Missing.isHere("netpoll-poller-" + known, BackendLog.class)) {
        unused(
            text,
            known,
            "Its classes are here, but no line in META-INF/services/"
                + PollerProvider.class.getName()
                + " names it; have the build merge these files ("
                + Missing.MERGING
                + ").");
      }
    }
    return text.toString();
  }

  private static void unused(StringBuilder text, String name, String reason) {
    text.append(' ').append(name).append(" is not used: ").append(reason);
  }
}
