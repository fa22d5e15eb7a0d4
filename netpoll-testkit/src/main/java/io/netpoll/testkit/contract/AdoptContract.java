package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sockets that somebody else has made: channels of the JDK, whatever the group's backend is. */
abstract class AdoptContract extends ConnectionSuite {

  /** A listening channel of the JDK's, as it has to be for being adopted. */
  private ServerSocketChannel bound(ConnectionStage stage, SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    ServerSocketChannel channel =
        stage.keep(kind.listen(Files.createTempDirectory(directory, "bound")));
    channel.configureBlocking(false);
    return channel;
  }

  /** Two connected channels of the JDK's. */
  private SocketChannel[] connected(ConnectionStage stage, SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    try (ServerSocketChannel listening =
        kind.listen(Files.createTempDirectory(directory, "connected"))) {
      SocketChannel peer = stage.keep(SocketChannel.open(listening.getLocalAddress()));
      SocketChannel channel = stage.keep(listening.accept());
      channel.configureBlocking(false);
      return new SocketChannel[] {channel, peer};
    }
  }

  private static SocketPair pair(SocketChannel peer) {
    return new SocketPair(new RecordingEndpoint(), peer);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aBoundChannelIsServed_andClosedWithItsListener(Setting setting) throws Exception {
    var stage = open(setting.mode(), 2);
    ServerSocketChannel channel = bound(stage, setting.kind());
    SocketPair early = pair(stage.keep(SocketChannel.open(channel.getLocalAddress())));
    Listener listener = Listener.builder().group(stage.group).adopt(channel);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    assertThat(listener.localAddress()).isEqualTo(channel.getLocalAddress());
    server.start(listener);
    early.peerSends("waited");
    assertThat(early.peerReads(6)).isEqualTo("waited");
    Connection client = stage.dial(listener.localAddress());
    client.writer().writeString("dialled");
    client.writer().flush();
    assertThat(client.reader().readString(7)).isEqualTo("dialled");
    client.setIdleTimeout(Duration.ofSeconds(3));

    assertThat(server.connections()).isEqualTo(2);
    assertThat(stage.group.connections()).isEqualTo(3);
    server.shutdown(ConnectionStage.PATIENCE);
    assertThat(channel.isOpen()).isFalse();
    if (listener.localAddress() instanceof UnixDomainSocketAddress unix) {
      assertThat(unix.getPath()).as("is whoever's that bound it").exists();
    }
    assertThatThrownBy(() -> SocketChannel.open(listener.localAddress()))
        .isInstanceOf(ConnectException.class);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aConnectedChannelIsServedLikeAnAcceptedOne(Setting setting) throws Exception {
    var stage = open(setting.mode(), 2);
    List<String> events = new CopyOnWriteArrayList<>();
    EventLoop server =
        stage.build(
            EventLoop.builder(ECHO)
                .onPrepare(connection -> events.add("prepare"))
                .onConnect(connection -> events.add("connect"))
                .onDisconnect(connection -> events.add("disconnect")));
    SocketChannel[] channels = connected(stage, setting.kind());
    SocketPair client = pair(channels[1]);
    client.peerSends("sent before");
    Connection connection = server.adopt(stage.group, channels[0]);
    assertThat(client.peerReads(11)).isEqualTo("sent before");
    assertThat(connection.remoteAddress()).isEqualTo(channels[1].getLocalAddress());
    assertThat(connection.group()).isSameAs(stage.group);
    assertThat(server.connections()).isEqualTo(1);
    client.peer().close();
    Eventually.holds("the connection ended", () -> server.connections() == 0);

    assertThat(events).containsExactly("prepare", "connect", "disconnect");
    assertThat(channels[0].isOpen()).isFalse();
    server.shutdown(Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void aHandlerMayAdopt(Execution.Mode mode) throws Exception {
    var stage = open(mode, 1);
    SocketChannel[] channels = connected(stage, SocketKind.TCP);
    EventLoop adopting = stage.build(EventLoop.builder(ECHO));
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(1);
              adopting.adopt(stage.group, channels[0]);
            });
    pair(stage.peer(server)).peerSends("!");
    SocketPair client = pair(channels[1]);
    client.peerSends("adopted");
    assertThat(client.peerReads(7)).isEqualTo("adopted");
    adopting.shutdown(ConnectionStage.PATIENCE);
  }

  /** They should leave that to the connection; the others of its loop do not suffer for it. */
  @ParameterizedTest
  @MethodSource("settings")
  void whoClosesAnAdoptedChannel_endsThatConnectionAlone(Setting setting) throws Exception {
    var stage = open(setting.mode(), 1);
    EventLoop server = EventLoop.builder(ECHO).build();
    SocketChannel[] closed = connected(stage, setting.kind());
    SocketChannel[] neighbour = connected(stage, setting.kind());
    server.adopt(stage.group, closed[0]);
    server.adopt(stage.group, neighbour[0]);
    SocketPair one = pair(closed[1]);
    one.peerSends("served");
    assertThat(one.peerReads(6)).isEqualTo("served");
    closed[0].close();
    SocketPair other = pair(neighbour[1]);
    Eventually.passes(
        () -> {
          other.peerSends("lives");
          assertThat(other.peerReads(5)).isEqualTo("lives");
          assertThat(server.connections()).isEqualTo(1);
        });
    assertThat(one.peerReads(1)).as("the end").isEmpty();
    server.shutdown(ConnectionStage.PATIENCE);
  }

  @Test
  void aListeningChannelInAnotherStateIsRefused_andStaysAsItIs() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    Listener.Builder listening = Listener.builder().group(stage.group);
    ServerSocketChannel unbound = stage.keep(ServerSocketChannel.open());
    unbound.configureBlocking(false);
    ServerSocketChannel blocking = bound(stage, SocketKind.TCP);
    blocking.configureBlocking(true);
    ServerSocketChannel registered = bound(stage, SocketKind.TCP);
    Selector selector = stage.keep(Selector.open());
    registered.register(selector, 0);
    ServerSocketChannel closed = bound(stage, SocketKind.TCP);
    closed.close();

    assertRefused(() -> listening.adopt(unbound), "is not bound");
    assertRefused(() -> listening.adopt(blocking), "configureBlocking(false)");
    assertRefused(() -> listening.adopt(registered), "registered with a selector");
    assertRefused(() -> listening.adopt(closed), "is closed");
    assertThat(unbound.isOpen()).isTrue();
    assertThat(blocking.isOpen() && blocking.isBlocking()).isTrue();
    assertThat(registered.keyFor(selector).isValid()).isTrue();
    ServerSocketChannel good = bound(stage, SocketKind.TCP);
    assertThatThrownBy(() -> Listener.builder().group(stage.group).reusePort(true).adopt(good))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bound already");
    listening.adopt(good).close();
    assertThat(good.isOpen()).as("served by nobody").isFalse();
  }

  @Test
  void aStreamChannelInAnotherStateIsRefused_andStaysAsItIs() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    SocketChannel unconnected = stage.keep(SocketChannel.open());
    unconnected.configureBlocking(false);
    SocketChannel blocking = connected(stage, SocketKind.TCP)[0];
    blocking.configureBlocking(true);
    SocketChannel registered = connected(stage, SocketKind.TCP)[0];
    Selector selector = stage.keep(Selector.open());
    registered.register(selector, 0);
    SocketChannel closed = connected(stage, SocketKind.TCP)[0];
    closed.close();

    assertRefused(() -> server.adopt(stage.group, unconnected), "is not connected");
    assertRefused(() -> server.adopt(stage.group, blocking), "configureBlocking(false)");
    assertRefused(() -> server.adopt(stage.group, registered), "registered with a selector");
    assertRefused(() -> server.adopt(stage.group, closed), "is closed");
    assertThat(unconnected.isOpen()).isTrue();
    assertThat(blocking.isOpen() && blocking.isBlocking()).isTrue();
    assertThat(registered.keyFor(selector).isValid()).isTrue();
    assertThat(server.connections()).isZero();
    assertThat(stage.group.connections()).isZero();
    server.shutdown(Duration.ZERO);
    assertThatThrownBy(() -> server.adopt(stage.group, blocking))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shut down");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageEndingWith(".");
  }

  @Test
  void aLimitRefusesWhatIsAdopted_whichStaysTheCallers() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    for (AtLimit more : AtLimit.values()) {
      EventLoop server = stage.build(EventLoop.builder(ECHO).maxConnections(1, more));
      server.adopt(stage.group, connected(stage, SocketKind.TCP)[0]);
      SocketChannel[] channels = connected(stage, SocketKind.TCP);
      assertThatThrownBy(() -> server.adopt(stage.group, channels[0]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("limit");
      assertThat(stage.group.connections()).isEqualTo(1);
      server.shutdown(ConnectionStage.PATIENCE);
      EventLoop another = stage.build(EventLoop.builder(ECHO));
      another.adopt(stage.group, channels[0]);
      SocketPair client = pair(channels[1]);
      client.peerSends("still mine");
      assertThat(client.peerReads(10)).isEqualTo("still mine");
      another.shutdown(ConnectionStage.PATIENCE);
    }
  }

  @Test
  void whereThereAreNoDescriptors_theyAreRefused() throws Exception {
    assumeTrue(!provider().adoptsDescriptors());
    var stage = open(Execution.Mode.WORKERS);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    assertThatThrownBy(() -> Listener.builder().group(stage.group).adopt(3))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(provider().name())
        .hasMessageContaining("epoll");
    assertThatThrownBy(() -> server.adopt(stage.group, 3))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("descriptors");
    server.shutdown(Duration.ZERO);
  }

  @Test
  void aGroupThatIsClosedAdoptsNothing() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    SocketChannel[] channels = connected(stage, SocketKind.TCP);
    ServerSocketChannel bound = bound(stage, SocketKind.TCP);
    stage.group.close();
    assertThatThrownBy(() -> Listener.builder().group(stage.group).adopt(bound))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> server.adopt(stage.group, channels[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    server.shutdown(Duration.ZERO);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void drainServesWhatWaits_andFreesTheAddress(Setting setting) throws Exception {
    var stage = open(setting.mode());
    EventLoop server = stage.build(EventLoop.builder(ECHO));
    setting.kind().assumeProvidedBy(provider());
    Listener listener =
        Listener.builder()
            .group(stage.group)
            .bind(setting.kind().free(Files.createTempDirectory(directory, "drained")));
    SocketPair client = pair(stage.keep(SocketChannel.open(listener.localAddress())));
    server.start(listener);
    assertThat(listener.drain(ConnectionStage.PATIENCE)).isTrue();
    assertThat(listener.isOpen()).isFalse();
    client.peerSends("accepted at last");
    assertThat(client.peerReads(16)).isEqualTo("accepted at last");
    assertThat(listener.drain(ConnectionStage.PATIENCE)).as("again").isTrue();
    stage.keep(Listener.builder().group(stage.group).bind(listener.localAddress()));

    Background<Boolean> draining = Background.start(() -> server.drain(ConnectionStage.PATIENCE));
    draining.awaitWaiting();
    client.peerSends("and not closed");
    assertThat(client.peerReads(14)).isEqualTo("and not closed");
    assertThat(server.drain(Duration.ZERO)).isFalse();
    client.peer().close();
    assertThat(draining.get()).isTrue();
    server.shutdown(Duration.ZERO);
  }
}
