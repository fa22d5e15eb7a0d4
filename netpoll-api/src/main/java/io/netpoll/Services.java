package io.netpoll;

import java.util.Iterator;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the implementation of a service once and keeps it.
 *
 * <p>Looked for with the class loader that loaded this API first, then with the thread's context
 * class loader, so that containers which load the API from a parent work too.
 */
final class Services {
  private static final Map<Class<?>, Object> FOUND = new ConcurrentHashMap<>();

  private Services() {}

  /**
   * Returns the one implementation of {@code type}.
   *
   * @throws IllegalStateException naming {@code artifact} if there is none
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
    Iterator<T> own = loader(type, Services.class.getClassLoader());
    if (own.hasNext()) {
      return own.next();
    }
    Iterator<T> context = loader(type, Thread.currentThread().getContextClassLoader());
    if (context.hasNext()) {
      return context.next();
    }
    throw new IllegalStateException(
        "No implementation of "
            + type.getName()
            + " is on the class path or module path: add the artifact io.netpoll:"
            + artifact
            + ".");
  }

  // ServiceLoader checks the "uses" of the calling module, which is this one.
  private static <T> Iterator<T> loader(Class<T> type, @Nullable ClassLoader loader) {
    return ServiceLoader.load(type, loader).iterator();
  }
}
