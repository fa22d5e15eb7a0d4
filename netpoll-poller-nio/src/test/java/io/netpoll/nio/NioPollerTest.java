package io.netpoll.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.StreamSocket;
import io.netpoll.testkit.contract.PollerStage;
import io.netpoll.testkit.contract.RecordingAcceptor;
import io.netpoll.testkit.contract.RecordingEndpoint;
import io.netpoll.testkit.contract.SocketKind;
import io.netpoll.testkit.contract.SocketPair;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the NIO backend does beyond the contract: how much one event does, and interrupts. */
@Timeout(60)
class NioPollerTest {
  @TempDir Path directory;
  private PollerStage stage;

  @BeforeEach
  void open() throws IOException {
    stage = new PollerStage(new NioPollerProvider());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private SocketPair pair(RecordingEndpoint endpoint) throws IOException {
    SocketPair pair = SocketPair.open(stage, SocketKind.UNIX, directory, endpoint);
    pair.handle().resumeInput();
    return pair;
  }

  @Test
  void isTheBackendOfLastResort() {
    assertThat(stage.provider().name()).isEqualTo("nio");
    assertThat(stage.provider().priority()).isZero();
    assertThat(stage.provider().threadAffine()).isFalse();
  }

  @Test
  void aSocketOfIpv6AloneIsRefused_sinceChannelsServeBoth() {
    assertThatThrownBy(
            () -> stage.provider().bindWildcard(StandardProtocolFamily.INET6, 80, 1, Map.of()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "The nio backend cannot listen on port 80 of every IPv6 address without those of IPv4:"
                + " name one address, take the network tcp for both, or a backend that can, such"
                + " as epoll.");
  }

  @Test
  void timeoutsAreRoundedUp() {
    assertThat(NioPoller.roundUpToMillis(1)).isEqualTo(1);
    assertThat(NioPoller.roundUpToMillis(999_999)).isEqualTo(1);
    assertThat(NioPoller.roundUpToMillis(1_000_000)).isEqualTo(1);
    assertThat(NioPoller.roundUpToMillis(1_000_001)).isEqualTo(2);
    assertThat(NioPoller.roundUpToMillis(Long.MAX_VALUE - 1)).isEqualTo(9_223_372_036_855L);
  }

  @Test
  void anInterruptedThreadPollsAtOnce() throws Exception {
    Thread.currentThread().interrupt();
    try {
      assertThat(stage.poller().poll(Long.MAX_VALUE)).isZero();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void interruptingEndsAPoll() throws Exception {
    Thread leader = Thread.currentThread();
    Thread interrupter = new Thread(leader::interrupt);
    interrupter.start();

    assertThat(stage.poller().poll(Long.MAX_VALUE)).isZero();
    assertThat(Thread.interrupted()).isTrue();
    interrupter.join();
  }

  @Test
  void anInterruptedThreadConnectsAndAccepts() throws Exception {
    RecordingAcceptor acceptor = new RecordingAcceptor();
    var listening = stage.provider().bind(SocketKind.TCP.free(directory), 1);
    Thread.currentThread().interrupt();
    try {
      stage.poller().accept(listening, Map.of(), acceptor);
      RecordingEndpoint endpoint = stage.connect(listening.localAddress());
      stage.until(() -> endpoint.events.contains("connected") && !acceptor.sockets.isEmpty());
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    acceptor.sockets.remove().close();
  }

  @Test
  void aBatchGrowsAsNeeded_andIsCountedDown() throws Exception {
    int count = 200;
    List<SocketPair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(pair(new RecordingEndpoint()));
    }
    for (SocketPair pair : pairs) {
      pair.peerSends("x");
    }
    assertThat(stage.poller().poll(Long.MAX_VALUE)).isEqualTo(count);
    assertThat(stage.dispatchOne()).isTrue();
    assertThat(stage.poller().poll(Long.MAX_VALUE)).as("what is left").isEqualTo(count - 1);
    stage.dispatch();
    assertThat(pairs).allMatch(pair -> pair.endpoint().text().equals("x"));
  }

  @Test
  void aReadThatFillsTheSpaceIsFollowedByAnother() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.peerSends("0123456789");
    stage.turn();

    assertThat(pair.endpoint().reads).containsExactly(4, 4, 2);
  }

  @Test
  void whenItFillsExactlyTheLastReadBringsNothing() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 4));
    pair.peerSends("01234567");
    stage.turn();

    assertThat(pair.endpoint().reads).containsExactly(4, 4, 0);
  }

  @Test
  void severalSpansAreFilledByOneRead() throws Exception {
    var pair = pair(new RecordingEndpoint(3, 4));
    pair.peerSends("0123456789");
    stage.turn();

    assertThat(pair.endpoint().reads).containsExactly(10);
  }

  @Test
  void oneEventReadsSixteenTimes_andTheRestComesWithTheNext() throws Exception {
    var pair = pair(new RecordingEndpoint(1, 1));
    pair.peerSends("x".repeat(20));
    stage.turn();
    assertThat(pair.endpoint().reads).hasSize(16);

    stage.turn();
    assertThat(pair.endpoint().text()).isEqualTo("x".repeat(20));
  }

  @Test
  void oneEventAcceptsSixtyFour_andTheNextTheRest() throws Exception {
    RecordingAcceptor acceptor = new RecordingAcceptor();
    var listening = stage.provider().bind(SocketKind.UNIX.free(directory), 512);
    for (int i = 0; i < 100; i++) {
      stage.keep(SocketChannel.open(listening.localAddress()));
    }
    stage.poller().accept(listening, Map.of(), acceptor);
    stage.turn();
    assertThat(acceptor.sockets).hasSize(64);
    stage.turn();
    assertThat(acceptor.sockets).hasSize(100);
    acceptor.sockets.forEach(StreamSocket::close);
  }

  @Test
  void acceptedSocketsAreNonBlocking_andHaveTheirOptions() throws Exception {
    RecordingAcceptor acceptor = new RecordingAcceptor();
    Map<SocketOption<?>, Object> options =
        Map.of(
            StandardSocketOptions.TCP_NODELAY, true,
            StandardSocketOptions.SO_KEEPALIVE, true,
            StandardSocketOptions.SO_RCVBUF, 100_000);
    var listening = stage.provider().bind(SocketKind.TCP.free(directory), 1);
    stage.poller().accept(listening, options, acceptor);
    stage.keep(SocketChannel.open(listening.localAddress()));
    stage.until(() -> !acceptor.sockets.isEmpty());

    StreamSocket socket = acceptor.sockets.remove();
    SocketChannel channel = ((NioStreamSocket) socket).channel;
    assertThat(channel.isBlocking()).isFalse();
    assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
    assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
    assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isBetween(100_000, 200_000);
    socket.close();
  }
}
