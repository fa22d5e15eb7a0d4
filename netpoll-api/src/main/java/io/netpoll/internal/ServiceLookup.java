package io.netpoll.internal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * One look-up of the implementations of a service, in which one that cannot be loaded hides no
 * other: a line of {@code META-INF/services} whose class was left out of a minimised jar, a class
 * that lacks another one or is compiled for a newer JDK, a constructor that throws. Each such fault
 * is logged once a process, at WARNING, by the logger {@code io.netpoll.services}.
 *
 * <p>One that {@linkplain Versions is of another version} than this module is not left out: the
 * look-up throws an {@link IllegalStateException} that says so.
 *
 * <p>Looks with the class loader of the asking class. Where that finds nothing it looks with the
 * thread's context class loader, so that containers work which load the asking class from a parent.
 *
 * <p>For one thread.
 *
 * @param <T> the service; this module must declare that it uses it
 */
public final class ServiceLookup<T> {
  /** A loader that fails for ever must not keep the look-up going for ever. */
  private static final int MOST_FAILURES = 100;

  private static final String MIXED =
      " Modules of this library that are of different versions lack what they call: use"
          + " netpoll-bom.";

  private final Class<T> service;
  private final @Nullable ClassLoader own;
  private final List<Throwable> failures = new ArrayList<>();
  private boolean ofContext;

  /**
   * Prepares a look-up.
   *
   * @param service what to look for
   * @param asker whose class loader looks first
   */
  public ServiceLookup(Class<T> service, Class<?> asker) {
    this.service = service;
    this.own = asker.getClassLoader();
  }

  /**
   * Loads all implementations.
   *
   * @return those that can be loaded, in the order of the path
   */
  public List<T> all() {
    return load(Integer.MAX_VALUE);
  }

  /**
   * Loads one implementation.
   *
   * @return the first on the path that can be loaded; null if there is none
   */
  public @Nullable T first() {
    List<T> found = load(1);
    return found.isEmpty() ? null : found.get(0);
  }

  /**
   * What could not be loaded so far.
   *
   * @return a live list of the errors, each with a message that names the implementation
   */
  public List<Throwable> failures() {
    return failures;
  }

  private List<T> load(int atMost) {
    List<T> found = new ArrayList<>();
    load(own, atMost, found);
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (found.isEmpty() && context != own) {
      load(context, atMost, found);
      ofContext = !found.isEmpty();
    }
    return found;
  }

  /**
   * Which class loader found what there is.
   *
   * @return true if it was the context class loader, since the asking class's had found nothing
   */
  public boolean isOfContext() {
    return ofContext;
  }

  /** ServiceLoader goes on after what failed: both its methods have taken that from the list. */
  private void load(@Nullable ClassLoader loader, int atMost, List<T> into) {
    Iterator<T> providers = ServiceLoader.load(service, loader).iterator();
    while (into.size() < atMost && failures.size() < MOST_FAILURES) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        into.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        failed(e);
      }
    }
  }

  private void failed(Error failure) {
    Throwable cause = firstCause(failure);
    if (cause instanceof Versions.MixedVersionsException mixed) {
      throw mixed;
    }
    failures.add(failure);
    // Its cause may differ from one attempt to the next: a class fails to initialise only once.
    LogOnce.warn(
        "io.netpoll.services",
        what(failure),
        "An implementation of "
            + service.getName()
            + " is left out, since it cannot be loaded: "
            + describe(failure));
  }

  /**
   * Says what could not be loaded, why, and what to do where that is known.
   *
   * @param failure one of {@link #failures}
   * @return sentences, of which the first begins in the middle
   */
  public static String describe(Throwable failure) {
    Throwable cause = firstCause(failure);
    return what(failure)
        + (cause == failure ? "." : ": " + cause + ".")
        + (isOfMixedVersions(cause) ? MIXED : "");
  }

  private static String what(Throwable failure) {
    return failure instanceof ServiceConfigurationError ? failure.getMessage() : failure.toString();
  }

  private static Throwable firstCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** A module that is too old, or too new, to say its version may lack what another one calls. */
  private static boolean isOfMixedVersions(Throwable cause) {
    return cause instanceof IncompatibleClassChangeError
        || cause instanceof NoClassDefFoundError
            && String.valueOf(cause.getMessage()).startsWith("io/netpoll/");
  }
}
