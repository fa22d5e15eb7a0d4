package io.netpoll.core;

import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.PollerProvider.Availability;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the poller backend: the one that the user named, else the one that the system property
 * {@code io.netpoll.poller} names, else the available one of highest priority. Every refusal is
 * logged once a process, at INFO, and every choice, at DEBUG.
 */
final class Backends {
  static final String PROPERTY = "io.netpoll.poller";

  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private Backends() {}

  /** Chooses among the providers on the path. */
  static PollerProvider choose(@Nullable String name) throws PollerUnavailableException {
    return choose(name, load());
  }

  static PollerProvider choose(@Nullable String name, List<PollerProvider> providers)
      throws PollerUnavailableException {
    String wanted = name == null ? System.getProperty(PROPERTY) : name;
    if (wanted != null && !wanted.isEmpty() && !wanted.equals("auto")) {
      return named(wanted, providers);
    }
    List<PollerProvider> byPriority = new ArrayList<>(providers);
    byPriority.sort(new HighestFirst());
    for (PollerProvider provider : byPriority) {
      Availability availability = provider.availability();
      if (availability.available()) {
        logLater("The poller backend is " + provider.name() + ".");
        return provider;
      }
      log("The poller backend " + provider.name() + " is not used: " + availability.reason());
    }
    throw new PollerUnavailableException(
        providers.isEmpty()
            ? "No poller backend is on the class path or module path: add the artifact"
                + " io.netpoll:netpoll-poller-nio."
            : "No poller backend can be used here: " + describe(providers));
  }

  private static final class HighestFirst implements Comparator<PollerProvider> {
    @Override
    public int compare(PollerProvider one, PollerProvider other) {
      return Integer.compare(other.priority(), one.priority());
    }
  }

  private static PollerProvider named(String name, List<PollerProvider> providers)
      throws PollerUnavailableException {
    for (PollerProvider provider : providers) {
      if (provider.name().equals(name)) {
        Availability availability = provider.availability();
        if (availability.available()) {
          logLater("The poller backend is " + name + ", as configured.");
          return provider;
        }
        throw new PollerUnavailableException(
            "The poller backend " + name + " cannot be used here: " + availability.reason());
      }
    }
    throw new PollerUnavailableException(
        "The poller backend "
            + name
            + " is not on the class path or module path: add the artifact io.netpoll:netpoll-poller-"
            + name
            + ", or choose another one"
            + (providers.isEmpty() ? "." : ": " + describe(providers)));
  }

  private static String describe(List<PollerProvider> providers) {
    StringBuilder text = new StringBuilder();
    for (PollerProvider provider : providers) {
      Availability availability = provider.availability();
      text.append(text.isEmpty() ? "" : "; ").append(provider.name());
      text.append(availability.available() ? " (available)" : " (" + availability.reason() + ")");
    }
    return text.append('.').toString();
  }

  private static List<PollerProvider> load() {
    List<PollerProvider> found = new ArrayList<>();
    collect(ServiceLoader.load(PollerProvider.class, Backends.class.getClassLoader()), found);
    if (found.isEmpty()) {
      collect(ServiceLoader.load(PollerProvider.class), found);
    }
    return found;
  }

  private static void collect(ServiceLoader<PollerProvider> loader, List<PollerProvider> into) {
    var iterator = loader.stream().iterator();
    while (iterator.hasNext()) {
      try {
        into.add(iterator.next().get());
      } catch (ServiceConfigurationError | LinkageError e) {
        // A backend whose classes do not load here must not keep the others from serving.
        log("A poller backend could not be loaded: " + e.getMessage());
      }
    }
  }

  private static void log(String message) {
    if (LOGGED.add(message)) {
      Log.BACKEND.log(System.Logger.Level.INFO, message);
    }
  }

  /**
   * Logs what is in order, at DEBUG, a second later on a thread of its own: to find and set up a
   * logging system takes longer than all the rest of starting a server.
   */
  private static void logLater(String message) {
    if (LOGGED.add(message)) {
      Thread thread = new Thread(null, new Later(message), "netpoll-log", 0, false);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private record Later(String message) implements Runnable {
    @Override
    public void run() {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      Log.BACKEND.log(System.Logger.Level.DEBUG, message);
    }
  }
}
