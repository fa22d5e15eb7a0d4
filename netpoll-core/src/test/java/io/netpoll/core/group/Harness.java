package io.netpoll.core.group;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.PollerUnavailableException;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionOwner;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.HandlerStarter;
import io.netpoll.core.execution.Lending;
import io.netpoll.core.execution.WatchDog;
import io.netpoll.core.loop.LoopOwner;
import io.netpoll.spi.Poller;
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
public final class Harness implements AutoCloseable, ConnectionOwner {
  public static final Duration SOON = Duration.ofSeconds(10);
  public static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  public final EngineGroup group;
  public final Set<EngineConnection> opened = ConcurrentHashMap.newKeySet();
  public final Set<EngineConnection> closed = ConcurrentHashMap.newKeySet();
  private AcceptLoop acceptance;
  private SocketAddress address;

  public Harness(Execution execution) throws PollerUnavailableException {
    this(execution, 1);
  }

  public Harness(Execution execution, int loops) throws PollerUnavailableException {
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
  public Harness(Executor threads) throws PollerUnavailableException {
    group =
        (EngineGroup)
            new GroupBuilder()
                .starter(new HandlerStarter("harness", threads))
                .backend("fake")
                .loops(1)
                .build();
  }

  /** With one loop of a backend of the test's own. */
  public Harness(Execution execution, PollerProvider backend) throws IOException {
    this(execution, new HandlerStarter(execution, "harness"), backend);
  }

  /** In adaptive execution with one loop of a backend of the test's own. */
  public Harness(HandlerStarter starter, PollerProvider backend) throws IOException {
    this(Execution.adaptive(), starter, backend);
  }

  private Harness(Execution execution, HandlerStarter starter, PollerProvider backend)
      throws IOException {
    group =
        new EngineGroup("harness", backend, execution, starter, LoadBalance.ROUND_ROBIN, 1, false);
  }

  /** Serves with what {@code settings} sets. */
  public Harness serve(Consumer<ConnectionSettings.Builder> settings) throws IOException {
    ConnectionSettings.Builder builder = new ConnectionSettings.Builder();
    settings.accept(builder);
    var socket = group.listening().bind(ANY_PORT, 1024, java.util.Map.of());
    address = socket.localAddress();
    acceptance = group.listening().accept(socket, builder.build(this));
    AcceptLoop.start(java.util.List.of(acceptance));
    return this;
  }

  /** A loop beside those of the group, which nobody leads yet. */
  public ConnectionLoop loop(Poller poller) {
    return loop(poller, WatchDog.SHARED, new Lending(false, 1));
  }

  /** A loop beside those of the group, which nobody leads yet. */
  ConnectionLoop loop(Poller poller, WatchDog watchDog, Lending lending) {
    return new ConnectionLoop(
        group, group.starter(), group.provider(), poller, 0, new Nobody(), watchDog, lending);
  }

  /** Is told nothing that a test looks at. */
  private record Nobody() implements LoopOwner {
    @Override
    public void loopBreaks() {}

    @Override
    public void loopEnded() {}
  }

  public FakePeer dial() throws IOException {
    return FakeNetwork.connect(address);
  }

  public SocketAddress address() {
    return address;
  }

  AcceptLoop acceptance() {
    return acceptance;
  }

  public static Execution execution(Execution.Mode mode) {
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
  public EngineConnection connect(
      SocketAddress remote, ConnectionSettings settings, Await.Limit limit) throws IOException {
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
