package io.netpoll.it;

import io.netpoll.Connection;
import io.netpoll.spi.BufferProvider;
import io.netpoll.spi.ClientProvider;
import io.netpoll.spi.EngineProvider;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.ServerProvider;
import io.netpoll.testkit.LeakCheck;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the published modules are: jars in a build, folders of classes in an IDE. */
final class Modules {
  private Modules() {}

  /**
   * The published modules that are on the path.
   *
   * @return where each is, under its name without the prefix {@code netpoll-}
   */
  static Map<String, Path> all() {
    Map<String, Path> all = new LinkedHashMap<>();
    all.put("api", location(Connection.class));
    all.put("buffer", provider(BufferProvider.class));
    all.put("core", provider(EngineProvider.class));
    all.put("server", provider(ServerProvider.class));
    all.put("client", provider(ClientProvider.class));
    all.put("testkit", location(LeakCheck.class));
    all.putAll(backends());
    return all;
  }

  /** The class path, or module path, of some of them. */
  static String path(String... modules) {
    Map<String, Path> all = all();
    return Stream.of(modules)
        .map(module -> Objects.requireNonNull(all.get(module), module).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The backends among them, able to run here or not: {@code poller-NAME}. */
  static Map<String, Path> backends() {
    Map<String, Path> backends = new LinkedHashMap<>();
    for (PollerProvider provider : ServiceLoader.load(PollerProvider.class)) {
      boolean real = !provider.getClass().getName().startsWith("io.netpoll.testkit.");
      if (real) {
        backends.put("poller-" + provider.name(), location(provider.getClass()));
      }
    }
    return backends;
  }

  private static Path provider(Class<?> service) {
    return location(
        ServiceLoader.load(service)
            .findFirst()
            .orElseThrow(() -> new AssertionError("Nothing provides " + service.getName()))
            .getClass());
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
