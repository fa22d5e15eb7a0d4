package io.netpoll.core;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakePeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** An engine on the fake backend that serves one address, for the tests of this package. */
final class Harness implements AutoCloseable, ConnectionOwner {
  static final Duration SOON = Duration.ofSeconds(10);
  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  final EngineGroup group;
  final Set<EngineConnection> opened = ConcurrentHashMap.newKeySet();
  final Set<EngineConnection> closed = ConcurrentHashMap.newKeySet();
  private Acceptance acceptance;
  private SocketAddress address;

  Harness(Execution execution) throws PollerUnavailableException {
    this(execution, 1);
  }

  Harness(Execution execution, int loops) throws PollerUnavailableException {
    group =
        (EngineGroup)
            new GroupBuilder()
                .backend("fake")
                .loops(loops)
                .loadBalance(LoadBalance.ROUND_ROBIN)
                .execution(execution)
                .build();
  }

  /** In adaptive execution with one loop, and {@code threads} for heavy handlers. */
  Harness(Executor threads) throws PollerUnavailableException {
    group =
        (EngineGroup)
            new GroupBuilder()
                .starter(new HandlerStarter("harness", threads))
                .backend("fake")
                .loops(1)
                .build();
  }

  /** With one loop of a backend of the test's own. */
  Harness(Execution execution, PollerProvider backend) throws IOException {
    this(execution, new HandlerStarter(execution, "harness"), backend);
  }

  /** In adaptive execution with one loop of a backend of the test's own. */
  Harness(HandlerStarter starter, PollerProvider backend) throws IOException {
    this(Execution.adaptive(), starter, backend);
  }

  private Harness(Execution execution, HandlerStarter starter, PollerProvider backend)
      throws IOException {
    group =
        new EngineGroup("harness", backend, execution, starter, LoadBalance.ROUND_ROBIN, 1, false);
  }

  /** Serves with what {@code settings} sets. */
  Harness serve(Consumer<ConnectionSettings.Builder> settings) throws IOException {
    ConnectionSettings.Builder builder = new ConnectionSettings.Builder();
    settings.accept(builder);
    var socket = group.bind(ANY_PORT, 1024, java.util.Map.of());
    address = socket.localAddress();
    acceptance = group.accept(socket, builder.build(this));
    Acceptance.start(java.util.List.of(acceptance));
    return this;
  }

  FakePeer dial() throws IOException {
    return FakeNetwork.connect(address);
  }

  SocketAddress address() {
    return address;
  }

  Acceptance acceptance() {
    return acceptance;
  }

  static Execution execution(Execution.Mode mode) {
    return switch (mode) {
      case ADAPTIVE -> Execution.adaptive();
      case INLINE -> Execution.inline();
      case WORKERS -> Execution.workers();
      case VIRTUAL -> Execution.virtualThreads();
    };
  }

  @Override
  public Admission admit(SocketAddress peer, Runnable askAgain) {
    return Admission.GRANTED;
  }

  @Override
  public void lost(SocketAddress peer) {}

  @Override
  public void opened(EngineConnection connection) {
    opened.add(connection);
  }

  @Override
  public void closed(EngineConnection connection, SocketAddress peer) {
    closed.add(connection);
  }

  /** Opens a connection and waits for it, as a dialer does; null if the time was over. */
  EngineConnection connect(SocketAddress remote, ConnectionSettings settings, Await.Limit limit)
      throws IOException {
    PendingDial dial = group.startToConnect(remote, null, settings);
    Thread caller = Thread.currentThread();
    dial.result().whenComplete((connection, failure) -> Await.wake(caller));
    if (!Await.until(dial.result()::isDone, limit, dial, () -> "Dialling")) {
      dial.giveUp();
      return null;
    }
    try {
      EngineConnection connection = dial.result().join();
      connection.begin();
      return connection;
    } catch (CompletionException e) {
      throw (IOException) e.getCause();
    }
  }

  @Override
  public void close() {
    group.close();
  }
}
