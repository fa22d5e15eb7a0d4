package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Starts to open connections on the loops of a group. Any thread; never waits. */
final class DialStarter {
  private final EngineGroup group;

  DialStarter(EngineGroup group) {
    this.group = group;
  }

  /**
   * Starts one on a loop that takes it.
   *
   * @throws IOException if the group is closed
   */
  PendingDial start(
      SocketAddress remote, @Nullable SocketAddress local, ConnectionSettings settings)
      throws IOException {
    Map<SocketOption<?>, Object> options = options(remote, local, settings);
    PendingDial dial = new PendingDial();
    for (; ; ) {
      ConnectionLoop loop = group.pick();
      try {
        EngineConnection connection = new EngineConnection(loop, settings, dial);
        dial.belongsTo(connection);
        if (loop.execute(new Connect(connection, remote, local, options))) {
          return dial;
        }
      } catch (Throwable t) { // there is no memory
        loop.release();
        throw t;
      }
    }
  }

  private record Connect(
      EngineConnection connection,
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options)
      implements Runnable {
    @Override
    public void run() {
      connection.endpoint.connect(remote, local, options);
    }
  }

  private Map<SocketOption<?>, Object> options(
      SocketAddress remote, @Nullable SocketAddress local, ConnectionSettings settings) {
    Set<SocketOption<?>> supported =
        group.provider().supportedOptions(remote instanceof UnixDomainSocketAddress);
    Map<SocketOption<?>, Object> options = settings.socketOptions(supported);
    if (local instanceof InetSocketAddress inet
        && inet.getPort() != 0
        && supported.contains(StandardSocketOptions.SO_REUSEADDR)) {
      options.putIfAbsent(StandardSocketOptions.SO_REUSEADDR, true);
    }
    return options;
  }
}
