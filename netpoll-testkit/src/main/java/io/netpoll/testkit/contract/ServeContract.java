package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.LoadBalance;
import io.netpoll.ShutdownReport;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers as a whole: their listeners, their shutdown, and the group that they share. */
abstract class ServeContract extends ConnectionSuite {

  private static void assertEchoes(Connection client) throws IOException {
    client.writer().writeByte(42);
    client.writer().flush();
    assertThat(client.reader().readByte()).isEqualTo((byte) 42);
    client.reader().release();
  }

  private Listener listen(ConnectionStage stage, SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    SocketAddress address = kind.free(Files.createTempDirectory(directory, "listener"));
    return stage.keep(Listener.builder().group(stage.group).bind(address));
  }

  @ParameterizedTest
  @CsvSource({"tcp, 127.0.0.1", "tcp, ::1", "tcp4, 127.0.0.1"})
  void aListenerWithoutAHost_isReachedAtTheAddressesOfItsNetwork(String network, String host)
      throws Exception {
    InetAddress address = InetAddress.getByName(host);
    assumeTrue(NetworkInterface.getByInetAddress(address) != null, "There is no " + host + ".");
    var stage = open(Execution.Mode.WORKERS);
    Listener listener =
        stage.keep(Listener.builder().group(stage.group).backlog(16).bind(network, ":0"));
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    server.start(listener);
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    assertThat(port).isPositive();
    assertEchoes(stage.dial(new InetSocketAddress(address, port)));
    server.shutdown(ConnectionStage.PATIENCE);
  }

  @Test
  void listenersOfEachVersionOfIpShareAPort_orIpv6IsRefused() throws Exception {
    InetAddress six = InetAddress.getByName("::1");
    assumeTrue(NetworkInterface.getByInetAddress(six) != null, "There is no ::1.");
    var stage = open(Execution.Mode.WORKERS, 2);
    Listener.Builder builder = Listener.builder().group(stage.group).reusePort(true);
    Listener first = stage.keep(builder.bind("tcp4", ":0"));
    int port = ((InetSocketAddress) first.localAddress()).getPort();
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    server.start(first);
    InetSocketAddress there = new InetSocketAddress(six, port);
    assertThatThrownBy(() -> stage.dial(there)).isInstanceOf(ConnectException.class);
    try {
      server.start(stage.keep(builder.bind("tcp6", ":" + port)));
      assertEchoes(stage.dial(there));
    } catch (UnsupportedOperationException cannotLeaveIpv4Out) {
      assertThat(cannotLeaveIpv4Out).hasMessageContaining("take the network tcp");
    }
    assertEchoes(stage.dial(new InetSocketAddress("127.0.0.1", port)));
    server.shutdown(ConnectionStage.PATIENCE);
  }

  @ParameterizedTest
  @CsvSource({"tcp4, [::1]:0", "tcp4, [::]:0", "tcp6, 127.0.0.1:0", "tcp6, 0.0.0.0:0"})
  void anAddressOfTheOtherVersionOfIpIsRefused(String network, String address) throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    assertThatThrownBy(() -> Listener.builder().group(stage.group).bind(network, address))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("in the network " + network);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void listenersCloseOneByOne_whatTheyAcceptedStays(Setting setting) throws Exception {
    var stage = open(setting.mode(), 2);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    List<Listener> listeners = new ArrayList<>();
    List<Connection> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Listener listener = listen(stage, setting.kind());
      server.start(listener);
      listeners.add(listener);
      clients.add(stage.dial(listener.localAddress()));
      assertEchoes(clients.get(i));
    }
    listeners.get(0).close();
    assertThatThrownBy(() -> stage.dial(listeners.get(0).localAddress()))
        .isInstanceOf(IOException.class);
    assertEchoes(clients.get(0));
    assertEchoes(stage.dial(listeners.get(1).localAddress()));
    assertThat(server.connections()).isEqualTo(3);
    assertThat(server.shutdown(ConnectionStage.PATIENCE)).isEqualTo(new ShutdownReport(3, 0));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void anAddressIsBoundAgainAtOnce_alsoWithConnectionsOpen(Setting setting) throws Exception {
    var stage = open(setting.mode());
    Listener first = listen(stage, setting.kind());
    SocketAddress address = first.localAddress();
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    server.start(first);
    Connection early = stage.dial(address);
    assertEchoes(early);
    Listener last = first;
    for (int i = 0; i < 5; i++) {
      last.close();
      last = stage.keep(Listener.builder().group(stage.group).bind(address));
      server.start(last);
      assertEchoes(stage.dial(address));
    }
    assertEchoes(early);
    server.close();
    try (Listener again = Listener.builder().group(stage.group).bind(address)) {
      assertThat(again.localAddress()).isEqualTo(address);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aShutdownByAHandler_endsTheOthers_andThenItsOwn(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    AtomicReference<EventLoop> shut = new AtomicReference<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              shut.get().shutdown(ConnectionStage.PATIENCE);
              ECHO.onRequest(connection);
            });
    shut.set(server.loop());
    SocketChannel idle = stage.peer(server);
    SocketChannel caller = stage.peer(server);
    Eventually.holds("both are open", () -> server.loop().connections() == 2);
    caller.write(ByteBuffer.wrap(new byte[] {42}));
    ByteBuffer answer = ByteBuffer.allocate(2);
    assertThat(caller.read(answer)).as("the answer").isEqualTo(1);
    assertThat(caller.read(answer)).as("FIN").isEqualTo(-1);
    assertThat(idle.read(answer)).as("FIN").isEqualTo(-1);
    Eventually.holds("all are closed", () -> server.loop().connections() == 0);
    assertThatThrownBy(() -> stage.peer(server)).isInstanceOf(ConnectException.class);
  }

  /** Each of them would wait for the others, until the deadline, which the test does not. */
  @ParameterizedTest
  @EnumSource
  void shutdownsByManyCallbacksAtOnce_doNotWaitForEachOther(Execution.Mode mode) throws Exception {
    int count = 4;
    var stage = open(mode, 2);
    AtomicReference<EventLoop> shut = new AtomicReference<>();
    CountDownLatch inHandlers = new CountDownLatch(count);
    List<CompletableFuture<Void>> closed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      closed.add(new CompletableFuture<>());
    }
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              int number = connection.reader().readByte();
              inHandlers.countDown();
              if (stage.mayWait()) {
                inHandlers.await();
              }
              connection.addCloseCallback(
                  gone -> {
                    shut.get().shutdown(ConnectionStage.PATIENCE.multipliedBy(9));
                    closed.get(number).complete(null);
                  });
              shut.get().shutdown(ConnectionStage.PATIENCE.multipliedBy(9));
            },
            options ->
                options.onDisconnect(
                    gone -> shut.get().shutdown(ConnectionStage.PATIENCE.multipliedBy(9))));
    shut.set(server.loop());
    List<SocketChannel> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(stage.peer(server));
    }
    Eventually.holds("all are open", () -> server.loop().connections() == count);
    for (int i = 0; i < count; i++) {
      peers.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i}));
    }
    if (stage.mayWait()) {
      for (CompletableFuture<Void> one : closed) {
        one.get(20, TimeUnit.SECONDS);
      }
    }
    for (SocketChannel peer : peers) {
      peer.close();
    }
    Eventually.holds("all are closed", () -> server.loop().connections() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void shutdownsByManyThreads_giveOneResult(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    assertEchoes(stage.dial(server.address()));
    List<Background<ShutdownReport>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Background.start(() -> server.loop().shutdown(ConnectionStage.PATIENCE)));
    }
    for (Background<ShutdownReport> thread : threads) {
      assertThat(thread.get()).isEqualTo(new ShutdownReport(1, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void serversAndClientsShareAGroup_whoseLoopsAndRuleChange(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    List<ConnectionStage.Server> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      servers.add(stage.serve(SocketKind.TCP, ECHO));
    }
    List<Connection> clients = new ArrayList<>();
    LoadBalance[] rules = LoadBalance.values();
    for (int loops : new int[] {3, 1, 2}) {
      stage.group.setLoops(loops);
      stage.group.setLoadBalance(rules[loops % rules.length]);
      for (ConnectionStage.Server server : servers) {
        clients.add(stage.dial(server.address()));
      }
      for (Connection client : clients) {
        assertEchoes(client);
      }
    }
    assertThat(stage.group.connections()).isEqualTo(2 * clients.size());
    assertThat(servers.get(0).loop().shutdown(ConnectionStage.PATIENCE))
        .isEqualTo(new ShutdownReport(3, 0));
    assertEchoes(clients.get(1));
    assertThat(servers.get(1).loop().connections()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void theGroupClosesUnderItsServers_whichThenHaveNothingLeft(Execution.Mode mode)
      throws Exception {
    var stage = open(mode, 2);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    Listener listener = listen(stage, SocketKind.TCP);
    Background<Void> serving = Background.run(() -> server.serve(listener));
    assertEchoes(stage.dial(listener.localAddress()));
    stage.group.close();
    assertThat(serving.failure()).isInstanceOf(IOException.class);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
    assertThat(server.shutdown(ConnectionStage.PATIENCE).clean()).isTrue();
    assertThat(listener.isOpen()).isFalse();
  }
}
