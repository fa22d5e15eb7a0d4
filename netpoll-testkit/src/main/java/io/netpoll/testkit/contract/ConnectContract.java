package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.BacklogFullException;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connecting: at once, later, refused, never. */
abstract class ConnectContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void tellsConnectedFromDispatchOnly_thenWaitsForResume(SocketKind kind) throws Exception {
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    assertThat(endpoint.events).isEmpty();
    SocketChannel peer = stage.keep(server.accept());
    SocketPair pair = new SocketPair(endpoint, peer);
    pair.peerSends("early");
    stage.untilTold(endpoint, "connected");
    stage.assertQuiet();
    assertThat(endpoint.text()).as("input is paused").isEmpty();

    endpoint.resume();
    stage.untilReceived(endpoint, "early");
    endpoint.write("hello");
    assertThat(endpoint.send()).isTrue();
    assertThat(pair.peerReads(5)).isEqualTo("hello");
    assertThat(endpoint.handle().remoteAddress()).isEqualTo(server.getLocalAddress());
    assertThat(endpoint.handle().localAddress()).isEqualTo(peer.getRemoteAddress());
  }

  @Test
  void aUnixSocketThatIsConnectedAtOnceDoesNotKeepThePollWaiting() throws Exception {
    ServerSocketChannel server = listen(SocketKind.UNIX);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());

    stage.poller().poll(Long.MAX_VALUE);
    stage.dispatch();
    assertThat(endpoint.events).containsExactly("connected");
  }

  @ParameterizedTest
  @EnumSource
  void resumedAndTokenTakenBeforeConnected(SocketKind kind) throws Exception {
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    endpoint.write("first");
    endpoint.resume();
    endpoint.handle().watchOutput();
    SocketPair pair = new SocketPair(endpoint, stage.keep(server.accept()));
    pair.peerSends("greeting");
    stage.until(() -> endpoint.text().equals("greeting") && endpoint.drains == 1);

    assertThat(pair.peerReads(5)).isEqualTo("first");
    stage.assertQuiet();
  }

  @Test
  void bindsTheLocalAddressFirst() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    var local = new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress(), local, Map.of());
    stage.untilTold(endpoint, "connected");
    SocketChannel peer = stage.keep(server.accept());

    InetSocketAddress seen = (InetSocketAddress) peer.getRemoteAddress();
    assertThat(seen.getAddress()).isEqualTo(local.getAddress());
    assertThat(endpoint.handle().localAddress()).isEqualTo(seen);
  }

  @Test
  void aLocalAddressOfTheOtherVersionOfIpIsRefusedAtOnce_byName() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    SocketAddress four = server.getLocalAddress();
    var six = new InetSocketAddress("::1", 1);
    int before = descriptors();

    for (var pair : Map.of(four, six, six, new InetSocketAddress("127.0.0.1", 0)).entrySet()) {
      assertThatThrownBy(() -> stage.connect(pair.getKey(), pair.getValue(), Map.of()))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining(pair.getKey().toString())
          .hasMessageContaining(pair.getValue().toString());
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void aWildcardOfTheOtherVersionOfIpIsAFineLocalAddress() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    var local = new InetSocketAddress("::", 0);
    stage.untilTold(stage.connect(server.getLocalAddress(), local, Map.of()), "connected");
    stage.keep(server.accept());
  }

  @Test
  void bindsAUnixSocket() throws Exception {
    ServerSocketChannel server = listen(SocketKind.UNIX);
    SocketAddress local = UnixDomainSocketAddress.of(directory.resolve("client"));
    stage.connect(server.getLocalAddress(), local, Map.of());
    assertThat(stage.keep(server.accept()).getRemoteAddress()).isEqualTo(local);
  }

  @Test
  void refusesAnAddressInUseAsLocal() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    SocketAddress taken = server.getLocalAddress();

    assertThatThrownBy(() -> stage.connect(taken, taken, Map.of()))
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("binding " + SystemRefusal.text(taken) + " failed: ");
  }

  /** A system may refuse at once, then {@code connect} throws, or later. */
  @ParameterizedTest
  @EnumSource
  void aRefusedConnectFails_withTheSystemsWords(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    SocketAddress address = stage.keep(RefusingAddress.open(kind, directory)).address();
    IOException cause;
    try {
      RecordingEndpoint endpoint = stage.connect(address);
      assertThat(endpoint.events).isEmpty();
      stage.untilTold(endpoint, "failed");
      cause = endpoint.failure;
      stage.assertQuiet();
      endpoint.resume();
      endpoint.handle().watchOutput();
      assertThatThrownBy(endpoint::send).isInstanceOf(IOException.class);
      assertThatThrownBy(endpoint.handle()::detach).isInstanceOf(IllegalStateException.class);
      assertThat(endpoint.handle().remoteAddress()).isEqualTo(address);
      endpoint.handle().close();
      stage.untilTold(endpoint, "closed");
      assertThat(endpoint.events).containsExactly("failed", "closed");
    } catch (ConnectException atOnce) {
      cause = atOnce;
    }
    assertThat(cause)
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith(
            "connecting to " + SystemRefusal.text(address) + " failed: Connection refused");
  }

  @Test
  void aUnixSocketThatDoesNotExistFailsAtOnce() {
    SocketKind.UNIX.assumeProvidedBy(provider());
    UnixDomainSocketAddress nobody = UnixDomainSocketAddress.of(directory.resolve("nobody"));
    assertThatThrownBy(() -> stage.connect(nobody))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("connecting to unix:" + nobody + " failed: No such file");
  }

  @Test
  void aUnixListenerWithAFullQueueFailsAtOnce_asOneToBeTriedAgain() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    FullQueue full = stage.keep(FullQueue.open(directory));
    int before = descriptors();
    assertThatThrownBy(() -> stage.connect(full.address()))
        .isInstanceOf(OS.LINUX.isCurrentOs() ? BacklogFullException.class : IOException.class)
        .hasMessageStartingWith("connecting to unix:" + full.address() + " failed: ");
    assertThat(descriptors()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void closedWhileConnecting_nothingButClosedFollows(SocketKind kind) throws Exception {
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    endpoint.handle().close();
    stage.until(() -> !endpoint.events.isEmpty());
    stage.turn();
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void closedWithinTheBatchThatWouldTellConnected() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    stage.poller().poll(Long.MAX_VALUE);
    endpoint.handle().abort();
    stage.until(() -> !endpoint.events.isEmpty());
    stage.turn();
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void aPeerThatNeverAnswers_isWaitedForQuietly_untilTheHandleIsClosed() throws Exception {
    BlackHole hole = stage.keep(BlackHole.open());
    RecordingEndpoint endpoint = stage.connect(hole.address());
    endpoint.resume();
    endpoint.handle().watchOutput();
    stage.assertQuiet();
    assertThat(endpoint.events).isEmpty();

    endpoint.handle().close();
    stage.until(endpoint::isOver);
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void detachingWhatIsNotConnectedIsRefused() throws Exception {
    ServerSocketChannel server = listen(SocketKind.TCP);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());

    assertThatThrownBy(endpoint.handle()::detach).isInstanceOf(IllegalStateException.class);
    assertThat(endpoint.handle().localAddress()).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void thePollerClosesWhileConnecting(SocketKind kind) throws Exception {
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    stage.closePoller();
    assertThat(endpoint.events).containsExactly("closed");
  }
}
