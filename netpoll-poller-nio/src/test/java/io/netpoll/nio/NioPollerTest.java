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
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
    pair.endpoint().resume();
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

  /** When whoever has made a channel closes it, though a poller watches it. */
  enum Moment {
    BEFORE_IT_IS_WATCHED_FOR_MORE,
    WHILE_NOTHING_HAPPENS,
    BETWEEN_SELECT_AND_DISPATCH,
    WHILE_IT_IS_WRITTEN_TO
  }

  @ParameterizedTest
  @EnumSource
  void aChannelThatSomebodyElseCloses_endsAlone(Moment moment) throws Exception {
    final SocketPair neighbour = pair(new RecordingEndpoint());
    SocketChannel[] channels = connected();
    RecordingEndpoint endpoint =
        stage.attach(stage.provider().adoptStream(channels[0]), new RecordingEndpoint());
    switch (moment) {
      case BEFORE_IT_IS_WATCHED_FOR_MORE -> {
        channels[0].close();
        endpoint.resume();
      }
      case WHILE_NOTHING_HAPPENS -> {
        endpoint.resume();
        stage.turn();
        channels[0].close();
      }
      case BETWEEN_SELECT_AND_DISPATCH -> {
        endpoint.resume();
        channels[1].write(ByteBuffer.allocate(1));
        assertThat(stage.poller().poll(Long.MAX_VALUE)).isEqualTo(1);
        channels[0].close();
        stage.dispatch();
      }
      default -> {
        endpoint.write("to nobody");
        endpoint.handle().watchOutput();
        channels[0].close();
      }
    }
    stage.untilTold(endpoint, "failed");
    assertThat(endpoint.events).containsExactly("failed");
    endpoint.pause();
    endpoint.handle().watchOutput();
    endpoint.handle().abort();
    stage.untilTold(endpoint, "closed");
    neighbour.peerSends("lives");
    stage.untilReceived(neighbour.endpoint(), "lives");
    neighbour.handle().pauseInput();
    stage.assertQuiet();
  }

  @Test
  void aChannelThatSomebodyElseClosed_canBeDetachedOrForgotten() throws Exception {
    SocketChannel[] channels = connected();
    RecordingEndpoint detached =
        stage.attach(stage.provider().adoptStream(channels[0]), new RecordingEndpoint());
    RecordingEndpoint forgotten =
        stage.attach(stage.provider().adoptStream(channels[1]), new RecordingEndpoint());
    channels[0].close();
    detached.handle().detach();
    stage.untilTold(detached, "detached");
    detached.detached().close();
    channels[1].close();
    stage.closePoller();
    assertThat(forgotten.events).containsExactly("closed");
  }

  @Test
  void aListeningChannelThatSomebodyElseCloses_isToldAsClosed() throws Exception {
    for (boolean waiting : new boolean[] {false, true}) {
      ServerSocketChannel channel = ServerSocketChannel.open().bind(null);
      channel.configureBlocking(false);
      RecordingAcceptor acceptor = new RecordingAcceptor();
      stage.poller().accept(stage.provider().adoptListener(channel), Map.of(), acceptor);
      if (waiting) {
        stage.keep(SocketChannel.open(channel.getLocalAddress()));
        stage.poller().poll(Long.MAX_VALUE);
      }
      channel.close();
      stage.until(acceptor::isClosed);
      assertThat(acceptor.failures).isEmpty();
    }
    stage.assertQuiet();
  }

  private SocketChannel[] connected() throws IOException {
    try (ServerSocketChannel listening = ServerSocketChannel.open().bind(null)) {
      SocketChannel one = stage.keep(SocketChannel.open(listening.getLocalAddress()));
      SocketChannel other = stage.keep(listening.accept());
      one.configureBlocking(false);
      other.configureBlocking(false);
      return new SocketChannel[] {one, other};
    }
  }
}
