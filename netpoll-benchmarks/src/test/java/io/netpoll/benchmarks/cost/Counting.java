package io.netpoll.benchmarks.cost;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Counts the calls of some methods of an object. */
final class Counting {
  private Counting() {}

  /** Passes all calls on, and counts those of {@code counted}. */
  static <T> T of(Class<T> type, T object, Map<String, Calls> counted) {
    return of(type, object, counted, Map.of());
  }

  /** The same, but for the methods of {@code results}, which return what is there. */
  static <T> T of(
      Class<T> type, T object, Map<String, Calls> counted, Map<String, Object> results) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Calls calls = counted.get(method.getName());
              if (calls != null) {
                calls.add();
              }
              Object result = results.get(method.getName());
              if (result != null) {
                return result;
              }
              try {
                return method.invoke(object, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
