package io.netpoll.examples.redis;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A redis-server of its own on a Unix-domain socket, and clients of it. */
final class RealRedis implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final Path socket;
  private final PollerGroup group;
  private final Dialer dialer;

  RealRedis(Path directory) throws IOException {
    socket = directory.resolve("redis.sock");
    process =
        new ProcessBuilder(
                "redis-server", "--port", "0", "--unixsocket", socket.toString(), "--save", "")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .directory(directory.toFile())
            .start();
    group = PollerGroup.builder().name("real-redis").loops(1).build();
    dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
  }

  /** Whether there is a redis-server on this machine. */
  static boolean isInstalled() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
  }

  RespClient client() throws IOException {
    awaitReady();
    return RespClient.connect(dialer, "unix", socket.toString(), PATIENCE);
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!accepts()) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new AssertionError("The redis-server does not accept on " + socket + ".");
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private boolean accepts() {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false; // not yet
    }
  }

  @Override
  public void close() {
    group.close();
    process.destroy();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
