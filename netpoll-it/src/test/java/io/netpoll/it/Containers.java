package io.netpoll.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Containers of real servers. Their images are public ones, unless the system properties {@code
 * netpoll.it.image.redis} and {@code netpoll.it.image.nginx} name others; any image does that has
 * the program on its path.
 */
final class Containers {
  static final int REDIS_PORT = 6379;
  static final int NGINX_PORT = 80;
  static final int OUR_PORT = 7000;

  private static final Path DEBIANS_SETTINGS = Path.of("/etc/java-17-openjdk");

  private Containers() {}

  /** A real redis-server on {@link #REDIS_PORT}. */
  static GenericContainer<?> redis() {
    return new GenericContainer<>(image("redis", "redis:7"))
        .withExposedPorts(REDIS_PORT)
        .withCommand("redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "");
  }

  /** A real nginx on {@link #NGINX_PORT}, which serves the page of its image. */
  static GenericContainer<?> nginx() {
    return new GenericContainer<>(image("nginx", "nginx:1"))
        .withExposedPorts(NGINX_PORT)
        .withCommand("nginx", "-g", "daemon off;");
  }

  /** A server command of the examples jar on {@link #OUR_PORT}, on this process's own JDK. */
  static GenericContainer<?> ours(String command) throws IOException {
    Path jdk = Path.of(System.getProperty("java.home")).toRealPath();
    Path jar = Path.of(System.getProperty("netpoll.examples.jar")).toRealPath();
    GenericContainer<?> container =
        new GenericContainer<>(image("redis", "redis:7"))
            .withExposedPorts(OUR_PORT)
            .withFileSystemBind(jdk.toString(), jdk.toString(), BindMode.READ_ONLY)
            .withFileSystemBind(jar.toString(), "/netpoll-examples.jar", BindMode.READ_ONLY)
            .withCommand(
                jdk.resolve("bin/java").toString(),
                "-jar",
                "/netpoll-examples.jar",
                command,
                "--host",
                "0.0.0.0",
                "--port",
                Integer.toString(OUR_PORT));
    if (Files.isDirectory(DEBIANS_SETTINGS)) { // what Debian's JDK links to
      String settings = DEBIANS_SETTINGS.toString();
      container.withFileSystemBind(settings, settings, BindMode.READ_ONLY);
    }
    return container;
  }

  private static DockerImageName image(String name, String standard) {
    return DockerImageName.parse(System.getProperty("netpoll.it.image." + name, standard));
  }
}
