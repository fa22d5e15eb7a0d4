package io.netpoll;

import io.netpoll.internal.Missing;
import io.netpoll.internal.ServiceLookup;
import io.netpoll.internal.Setting;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the implementation of a service once and keeps it.
 *
 * <p>Looked for with the class loader that loaded this API first, then with the thread's context
 * class loader, as {@link ServiceLookup} says.
 */
final class Services {
  private static final Map<Class<?>, Object> FOUND = new ConcurrentHashMap<>();

  private Services() {}

  /**
   * Returns the one implementation of {@code type}.
   *
   * @throws IllegalStateException naming {@code artifact} if there is none
   * @throws IllegalArgumentException if a system property of this library has no such value
   */
  static <T> T require(Class<T> type, String artifact) {
    Object found = FOUND.get(type);
    if (found == null) {
      found = load(type, artifact);
      Object raced = FOUND.putIfAbsent(type, found);
      found = raced == null ? found : raced;
    }
    return type.cast(found);
  }

  private static <T> T load(Class<T> type, String artifact) {
    Setting.checkAll();
    ServiceLookup<T> lookup = new ServiceLookup<>(type, Services.class);
    T found = lookup.first();
    if (found != null) {
      return found;
    }
    String nothing =
        "No implementation of " + type.getName() + " is on the class path or module path";
    if (lookup.failures().isEmpty()) {
      throw new IllegalStateException(
          nothing + ". " + Missing.advice(artifact, type, Services.class));
    }
    Throwable failure = lookup.failures().get(0);
    throw new IllegalStateException(
        nothing + " that can be loaded: " + ServiceLookup.describe(failure), failure);
  }
}
