package io.netpoll.examples.top;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * Gives each connection one snapshot of a server and closes it, so that {@code nc} shows it as
 * well. It has a poll loop of its own, and answers while those of the server hang. The file of a
 * Unix-domain socket is its owner's alone.
 */
public final class StatsServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PollerGroup group;
  private final EventLoop loop;
  private final SocketAddress address;

  private StatsServer(PollerGroup group, EventLoop loop, SocketAddress address) {
    this.group = group;
    this.loop = loop;
    this.address = address;
  }

  /**
   * Starts to serve.
   *
   * @param at where
   * @param probe what tells about the server
   * @return what stops serving when it is closed
   * @throws IOException if the address cannot be had
   * @throws PollerUnavailableException if the NIO backend is not on the path
   */
  public static StatsServer open(StatsAddress at, Probe probe)
      throws IOException, PollerUnavailableException {
    PollerGroup group =
        PollerGroup.builder()
            .name("stats")
            .backend("nio")
            .execution(Execution.inline())
            .loops(1)
            .build();
    try {
      Listener listener = Listener.builder().group(group).bind(at.network(), at.address());
      if (at.isPath()) {
        Files.setPosixFilePermissions(
            Path.of(at.address()), PosixFilePermissions.fromString("rw-------"));
      }
      EventLoop loop =
          EventLoop.builder(StatsServer::ignore)
              .onConnect(connection -> tell(connection, probe))
              .maxConnections(MAX_CONNECTIONS, AtLimit.REFUSE)
              .inactivityTimeout(PATIENCE)
              .build();
      loop.start(listener);
      return new StatsServer(group, loop, listener.localAddress());
    } catch (IOException | RuntimeException e) {
      group.close();
      throw e;
    }
  }

  private static void tell(Connection connection, Probe probe) throws IOException {
    connection.writer().writeString(probe.snapshot().text());
    connection.writer().flush();
    connection.close();
  }

  private static void ignore(Connection connection) throws IOException {
    connection.reader().skip(connection.reader().length());
  }

  /** Where it serves. */
  public SocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    loop.shutdown(PATIENCE);
    group.close();
  }
}
