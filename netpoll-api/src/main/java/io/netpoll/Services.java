package io.netpoll;

import io.netpoll.internal.Missing;
import io.netpoll.internal.ServiceLookup;
import io.netpoll.internal.Setting;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds the implementation of a service once and keeps it.
 *
 * <p>Looked for with the class loader that loaded this API first, then with the thread's context
 * class loader, as {@link ServiceLookup} says. What the context loader finds belongs to an
 * application that may be taken out again, while this class stays: it is kept for threads with that
 * context loader alone, and by its own class, so that both can be collected.
 */
final class Services {
  private static final Map<Class<?>, Object> OWN = new ConcurrentHashMap<>();

  private static final ReentrantLock LOCK = new ReentrantLock();

  /**
   * Of each context class loader, by service. The implementations are held by {@link #HOLDER}.
   * Under the lock.
   */
  private static final Map<@Nullable ClassLoader, Map<Class<?>, WeakReference<Object>>> OF_CONTEXT =
      new WeakHashMap<>();

  /** An implementation, held by its class. */
  private static final class Holder {
    volatile @Nullable Object held;
  }

  private static final ClassValue<Holder> HOLDER =
      new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
          return new Holder();
        }
      };

  private Services() {}

  /**
   * Returns the one implementation of {@code type}.
   *
   * @throws IllegalStateException naming {@code artifact} if there is none
   * @throws IllegalArgumentException if a system property of this library has no such value
   */
  static <T> T require(Class<T> type, String artifact) {
    Object found = OWN.get(type);
    if (found == null) {
      found = ofContext(type);
    }
    return found == null ? load(type, artifact) : type.cast(found);
  }

  private static @Nullable Object ofContext(Class<?> type) {
    LOCK.lock();
    try {
      Map<Class<?>, WeakReference<Object>> found =
          OF_CONTEXT.get(Thread.currentThread().getContextClassLoader());
      WeakReference<Object> reference = found == null ? null : found.get(type);
      return reference == null ? null : reference.get();
    } finally {
      LOCK.unlock();
    }
  }

  private static <T> T load(Class<T> type, String artifact) {
    Setting.checkAll();
    ServiceLookup<T> lookup = new ServiceLookup<>(type, Services.class);
    T found = lookup.first();
    if (found != null) {
      return lookup.isOfContext() ? keepForContext(type, found) : keep(type, found);
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

  private static <T> T keep(Class<T> type, T found) {
    Object raced = OWN.putIfAbsent(type, found);
    return raced == null ? found : type.cast(raced);
  }

  private static <T> T keepForContext(Class<T> type, T found) {
    LOCK.lock();
    try {
      Object raced = ofContext(type);
      if (raced != null) {
        return type.cast(raced);
      }
      HOLDER.get(found.getClass()).held = found;
      OF_CONTEXT
          .computeIfAbsent(
              Thread.currentThread().getContextClassLoader(), context -> new ConcurrentHashMap<>())
          .put(type, new WeakReference<>(found));
      return found;
    } finally {
      LOCK.unlock();
    }
  }
}
