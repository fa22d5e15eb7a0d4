package io.netpoll.core.group;

import io.netpoll.PollerUnavailableException;
import io.netpoll.internal.Missing;
import io.netpoll.internal.Nearest;
import io.netpoll.internal.ServiceLookup;
import io.netpoll.internal.Setting;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.PollerProvider.Availability;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the poller backend: the one that the user named, else the one that the system property
 * {@code io.netpoll.poller} names, else the available one of highest priority. {@link BackendLog}
 * says which it is and why not another.
 */
final class Backends {
  private static final String AUTO = "auto";
  private static final String ARTIFACT = "netpoll-poller-";

  private Backends() {}

  /** Chooses among the providers on the path, and has the choice logged. */
  static PollerProvider choose(@Nullable String name) throws PollerUnavailableException {
    ServiceLookup<PollerProvider> lookup = lookup();
    List<PollerProvider> providers = lookup.all();
    String wanted = name == null ? Setting.POLLER.word() : name;
    try {
      PollerProvider chosen = choose(wanted, providers);
      BackendLog.chosen(chosen, isAuto(wanted), providers);
      return chosen;
    } catch (PollerUnavailableException e) {
      lookup.failures().forEach(e::addSuppressed);
      throw e;
    }
  }

  /** The provider on the path that has a name, beside the one that was chosen for a group. */
  static PollerProvider beside(String name) throws PollerUnavailableException {
    return named(name, lookup().all());
  }

  private static ServiceLookup<PollerProvider> lookup() {
    return new ServiceLookup<>(PollerProvider.class, Backends.class);
  }

  /** Chooses among some, by name or, where that is null or {@code auto}, by priority. */
  static PollerProvider choose(@Nullable String wanted, List<PollerProvider> providers)
      throws PollerUnavailableException {
    if (!isAuto(wanted)) {
      return named(wanted, providers);
    }
    for (PollerProvider provider : byPriority(providers)) {
      if (ask(provider).available()) {
        return provider;
      }
    }
    String nowhere =
        providers.isEmpty()
            ? "No poller backend is on the class path or module path."
            : "No poller backend can be used here: " + describe(providers);
    boolean hasNio = providers.stream().anyMatch(provider -> provider.name().equals("nio"));
    throw new PollerUnavailableException(
        hasNio ? nowhere : nowhere + " The backend nio runs everywhere. " + missing("nio"));
  }

  private static boolean isAuto(@Nullable String wanted) {
    return wanted == null || wanted.isEmpty() || wanted.equalsIgnoreCase(AUTO);
  }

  static List<PollerProvider> byPriority(List<PollerProvider> providers) {
    List<PollerProvider> sorted = new ArrayList<>(providers);
    sorted.sort(Comparator.comparingInt(PollerProvider::priority).reversed());
    return sorted;
  }

  private static PollerProvider named(String name, List<PollerProvider> providers)
      throws PollerUnavailableException {
    for (PollerProvider provider : providers) {
      if (provider.name().equalsIgnoreCase(name)) {
        Availability availability = ask(provider);
        if (availability.available()) {
          return provider;
        }
        throw new PollerUnavailableException(
            "The poller backend "
                + provider.name()
                + " cannot be used here: "
                + availability.reason());
      }
    }
    for (String known : Missing.backends()) {
      if (known.equalsIgnoreCase(name)) {
        throw new PollerUnavailableException(
            "The poller backend "
                + known
                + " is not on the class path or module path. "
                + missing(known)
                + onThePath(providers));
      }
    }
    throw unknown(name, providers);
  }

  /** Nobody has heard of this one: advice to add an artifact would send people astray. */
  private static PollerUnavailableException unknown(String name, List<PollerProvider> providers) {
    Set<String> names = new LinkedHashSet<>(Missing.backends());
    names.add(AUTO);
    providers.forEach(provider -> names.add(provider.name()));
    String nearest = Nearest.to(name, names);
    return new PollerUnavailableException(
        "There is no poller backend "
            + name
            + (nearest == null ? "." : ": did you mean " + nearest + "?")
            + " This library has "
            + String.join(" and ", Missing.backends())
            + ", in the artifacts io.netpoll:"
            + ARTIFACT
            + String.join(" and io.netpoll:" + ARTIFACT, Missing.backends())
            + "."
            + onThePath(providers));
  }

  private static String missing(String backend) {
    return Missing.advice(ARTIFACT + backend, PollerProvider.class, Backends.class);
  }

  private static String onThePath(List<PollerProvider> providers) {
    return providers.isEmpty() ? "" : " On the path: " + describe(providers);
  }

  private static String describe(List<PollerProvider> providers) {
    StringBuilder text = new StringBuilder();
    for (PollerProvider provider : providers) {
      Availability availability = ask(provider);
      text.append(text.isEmpty() ? "" : "; ").append(provider.name());
      text.append(availability.available() ? " (available)" : " (" + availability.reason() + ")");
    }
    return text.append('.').toString();
  }

  /** Its availability, where even to ask may fail: a backend that is broken hides no other. */
  static Availability ask(PollerProvider provider) {
    try {
      return provider.availability();
    } catch (RuntimeException | LinkageError broken) {
      return Availability.no("It does not answer whether it is available: " + broken + ".");
    }
  }
}
