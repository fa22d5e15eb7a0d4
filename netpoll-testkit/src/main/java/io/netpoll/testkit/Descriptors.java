package io.netpoll.testkit;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the library holds open of the simulated system: pollers, sockets, listening sockets. */
final class Descriptors {
  private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();

  private Descriptors() {}

  static void opened(Object descriptor) {
    OPEN.add(descriptor);
  }

  static void closed(Object descriptor) {
    OPEN.remove(descriptor);
  }

  static List<String> open() {
    return OPEN.stream().map(Object::toString).sorted().toList();
  }

  static void clear() {
    OPEN.clear();
  }
}
