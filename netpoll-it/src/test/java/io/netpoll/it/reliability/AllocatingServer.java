package io.netpoll.it.reliability;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.it.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The subject itself; loaded by an {@link AllocationLoader}, by name. */
public final class AllocatingServer implements AllocationSubject {
  private static final AtomicInteger PIPES = new AtomicInteger();

  private PollerGroup group;
  private EventLoop server;

  /** Called by reflection. */
  public AllocatingServer() {}

  @Override
  public InetSocketAddress serve(String backend, String mode) throws IOException {
    group =
        PollerGroup.builder()
            .name("allocating")
            .backend(backend)
            .execution(Setting.execution(mode))
            .loops(2)
            .build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    server =
        EventLoop.builder(AllocatingServer::serve)
            .onPrepare(connection -> connection.attach(this))
            .onConnect(connection -> connection.addCloseCallback(closed -> {}))
            .onDisconnect(connection -> {})
            .maxConnections(1, AtLimit.REFUSE)
            .maxConnectionsPerAddress(1)
            .inactivityTimeout(Duration.ofMinutes(10))
            .build();
    server.start(listener);
    return (InetSocketAddress) listener.localAddress();
  }

  private static void serve(Connection connection) throws IOException {
    while (connection.reader().length() > 0) {
      byte what = connection.reader().readByte();
      switch (what) {
        case DETACH -> {
          connection
              .detach()
              .whenComplete(
                  (socket, failure) -> {
                    if (socket != null) {
                      socket.close();
                    }
                  });
          return;
        }
        case PIPE -> {
          connection.writer().writeByte(what);
          connection.writer().flush();
          connection.pipeTo(connection).whenComplete((end, failure) -> PIPES.decrementAndGet());
          PIPES.incrementAndGet();
          return;
        }
        case CLOSE -> {
          connection.close();
          return;
        }
        default -> {
          connection.writer().writeByte(what);
          connection.writer().flush();
        }
      }
    }
  }

  @Override
  public void adopt(SocketChannel channel) throws IOException {
    server.adopt(group, channel);
  }

  @Override
  public void dial(InetSocketAddress peer) throws Exception {
    ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
    PendingDial dial = ((EngineGroup) group).startToConnect(peer, null, settings);
    // Fails if nothing comes of it.
    EngineConnection connection = dial.result().get(10, TimeUnit.SECONDS);
    try {
      connection.begin();
      connection.setReadTimeout(Duration.ofSeconds(10));
      connection.writer().writeByte(ECHO);
      connection.writer().flush();
      connection.reader().readByte();
    } finally {
      connection.close();
    }
  }

  @Override
  public int keptForCallers() {
    return ((EngineGroup) group).provider().awaitsInput() ? group.loops() : 0;
  }

  @Override
  public int reservations() {
    return group.connections();
  }

  @Override
  public int connections() {
    return server.connections();
  }

  @Override
  public int pipes() {
    return PIPES.get();
  }

  @Override
  public void close() {
    group.close();
  }
}
