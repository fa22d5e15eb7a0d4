package io.netpoll.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says why an implementation of this library may not be found, and what to do about it. */
public final class Missing {
  /** What merges the files that jars have under the same name, in the builds that most have. */
  public static final String MERGING =
      "Maven Shade's ServicesResourceTransformer, Gradle Shadow's mergeServiceFiles()";

  private Missing() {}

  /**
   * The advice to somebody who lacks an artifact, or lacks its line in {@code META-INF/services}.
   *
   * @param artifact for example {@code netpoll-server}
   * @param service what it implements
   * @param asker whose class loader was looked with first
   * @return a sentence, or two
   */
  public static String advice(String artifact, Class<?> service, Class<?> asker) {
    String implementation = implementation(artifact);
    String advice =
        "Either the artifact io.netpoll:"
            + artifact
            + " is missing: add it; or its line in META-INF/services/"
            + service.getName()
            + " was lost when jars were merged into one: have the build merge these files ("
            + MERGING
            + "); or its module is not among those that the run-time image or the application"
            + " resolves: --add-modules io."
            + artifact.replace('-', '.')
            + ".";
    return isHere(artifact, asker)
        ? advice + " It is the line that was lost: the class " + implementation + " is here."
        : advice;
  }

  /**
   * Whether the classes of an artifact are on the path, its service line or not.
   *
   * @param artifact for example {@code netpoll-server}
   * @param asker whose class loader to look with first
   * @return true if its implementation can be loaded
   */
  public static boolean isHere(String artifact, Class<?> asker) {
    String implementation = implementation(artifact);
    return canLoad(implementation, asker.getClassLoader())
        || canLoad(implementation, Thread.currentThread().getContextClassLoader());
  }

  private static boolean canLoad(String name, @Nullable ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError absent) {
      return false;
    }
  }

  /**
   * The backends of this library.
   *
   * @return their names: each is that of the artifact after {@code netpoll-poller-}
   */
  public static List<String> backends() {
    return List.of("epoll", "nio");
  }

  private static String implementation(String artifact) {
    return switch (artifact) {
      case "netpoll-buffer" -> "io.netpoll.buffer.LinkedBufferProvider";
      case "netpoll-core" -> "io.netpoll.core.group.Engine";
      case "netpoll-server" -> "io.netpoll.server.Server";
      case "netpoll-client" -> "io.netpoll.client.Client";
      case "netpoll-poller-epoll" -> "io.netpoll.epoll.EpollPollerProvider";
      case "netpoll-poller-nio" -> "io.netpoll.nio.NioPollerProvider";
      default -> throw new AssertionError(artifact);
    };
  }
}
