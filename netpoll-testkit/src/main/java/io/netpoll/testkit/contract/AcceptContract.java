package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listening sockets: accepting, pausing, and freeing the address. */
abstract class AcceptContract extends PollerSuite {
  private final RecordingAcceptor acceptor = new RecordingAcceptor();

  @AfterEach
  void nothingFailed() {
    acceptor.sockets.forEach(StreamSocket::close);
    assertThat(acceptor.failures).isEmpty();
  }

  private ListenSocket bind(SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    return stage.keep(provider().bind(kind.free(directory), 512));
  }

  private SocketChannel dial(ListenSocket listening) throws IOException {
    return stage.keep(SocketChannel.open(listening.localAddress()));
  }

  @ParameterizedTest
  @EnumSource
  void acceptsWhatWaits_andWhatComesLater_withAddresses(SocketKind kind) throws Exception {
    ListenSocket listening = bind(kind);
    SocketChannel early = dial(listening);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    stage.until(() -> acceptor.sockets.size() == 1);
    SocketChannel late = dial(listening);
    stage.until(() -> acceptor.sockets.size() == 2);

    StreamSocket first = acceptor.sockets.remove();
    StreamSocket second = acceptor.sockets.remove();
    assertThat(first.localAddress()).isEqualTo(listening.localAddress());
    assertThat(first.remoteAddress()).isEqualTo(early.getLocalAddress());
    assertThat(second.remoteAddress()).isEqualTo(late.getLocalAddress());
    assertThat(handle.localAddress()).isEqualTo(listening.localAddress());
    first.close();
    second.close();
    assertThat(first.remoteAddress()).as("stays").isNotNull();
  }

  @Test
  void refusesASocketThatIsWatchedOrClosedOrForeign() throws Exception {
    ListenSocket watched = bind(SocketKind.TCP);
    stage.poller().accept(watched, Map.of(), acceptor);
    ListenSocket closed = bind(anyKind());
    closed.close();
    ListenSocket foreign =
        new ListenSocket() {
          @Override
          public SocketAddress localAddress() {
            return watched.localAddress();
          }

          @Override
          public void close() {}
        };

    assertThatThrownBy(() -> stage.poller().accept(watched, Map.of(), acceptor))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> stage.poller().accept(closed, Map.of(), acceptor))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> stage.poller().accept(foreign, Map.of(), acceptor))
        .isInstanceOf(IllegalArgumentException.class);
    watched.close();
    dial(watched);
    stage.until(() -> !acceptor.sockets.isEmpty());
  }

  @Test
  void aFloodOfConnectionsIsAccepted_eachOnce() throws Exception {
    ListenSocket listening = bind(anyKind());
    for (int i = 0; i < 100; i++) {
      dial(listening);
    }
    stage.poller().accept(listening, Map.of(), acceptor);
    stage.until(() -> acceptor.sockets.size() >= 100);
    stage.assertQuiet();
    assertThat(acceptor.sockets).hasSize(100);
  }

  @Test
  void pausedListenerAcceptsNothing_doesNotSpin_andGoesOn() throws Exception {
    ListenSocket listening = bind(SocketKind.TCP);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    handle.pauseInput();
    dial(listening);
    stage.assertQuiet();
    assertThat(acceptor.sockets).isEmpty();

    handle.resumeInput();
    stage.until(() -> acceptor.sockets.size() == 1);
  }

  @Test
  void pausingInTheMiddleOfAnEventStopsAtOnce() throws Exception {
    ListenSocket listening = bind(anyKind());
    dial(listening);
    dial(listening);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    acceptor.onAccepted = handle::pauseInput;
    stage.until(() -> !acceptor.sockets.isEmpty());
    stage.assertQuiet();
    assertThat(acceptor.sockets).hasSize(1);
  }

  @Test
  void closingInTheMiddleOfAnEventStopsAtOnce() throws Exception {
    ListenSocket listening = bind(anyKind());
    dial(listening);
    dial(listening);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    acceptor.onAccepted = handle::close;
    stage.until(acceptor::isClosed);
    assertThat(acceptor.sockets).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void closeFreesTheAddressBeforeItReturns_againAndAgain(SocketKind kind) throws Exception {
    ListenSocket socket = bind(kind);
    for (int i = 0; i < 50; i++) {
      RecordingAcceptor each = new RecordingAcceptor();
      Handle handle = stage.poller().accept(socket, Map.of(), each);
      dial(socket);
      stage.until(() -> each.sockets.size() == 1);
      handle.close();
      assertThat(each.isClosed()).as("told from dispatch only").isFalse();

      socket = stage.keep(provider().bind(socket.localAddress(), 16));
      stage.until(each::isClosed);
      handle.close();
      each.sockets.remove().close();
    }
  }

  @Test
  void closeNeverPolledBeforeFreesTheAddressToo() throws Exception {
    ListenSocket listening = bind(SocketKind.UNIX);
    stage.poller().accept(listening, Map.of(), acceptor).close();

    assertThat(((UnixDomainSocketAddress) listening.localAddress()).getPath()).doesNotExist();
    stage.until(acceptor::isClosed);
  }

  /**
   * As when a handler holds the loop: nobody polls, and another thread has no more time to wait.
   */
  @ParameterizedTest
  @EnumSource
  void whatStopsListeningRefusesClientsAndFreesItsAddressAtOnce_orDoesNothing(SocketKind kind)
      throws Exception {
    ListenSocket listening = bind(kind);
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    stage.turn();
    boolean stopped = Background.start(listening::stopListening).get();
    if (!stopped) {
      dial(listening);
      stage.until(() -> acceptor.sockets.size() == 1);
      return;
    }
    assertThatThrownBy(() -> dial(listening)).isInstanceOf(IOException.class);
    ListenSocket successor = stage.keep(provider().bind(listening.localAddress(), 16));
    dial(successor);
    handle.close();
    stage.until(acceptor::isClosed);
    assertThat(acceptor.sockets).isEmpty();
    assertThat(dial(successor).isConnected()).as("closing spares the successor").isTrue();
    assertThat(listening.stopListening()).as("it is closed").isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whatStopsListeningBeforeItIsWatchedIsClosedAllTheSame(SocketKind kind) throws Exception {
    ListenSocket listening = bind(kind);
    if (listening.stopListening()) {
      assertThatThrownBy(() -> dial(listening)).isInstanceOf(IOException.class);
    } else {
      dial(listening);
    }
    listening.close();
    stage.keep(provider().bind(listening.localAddress(), 16));
  }

  @Test
  void closingAListenerKeepsWhatIsReadyElsewhere() throws Exception {
    var pair = readingPair(anyKind());
    Handle handle = stage.poller().accept(bind(SocketKind.TCP), Map.of(), acceptor);
    stage.turn();
    pair.peerSends("before");
    handle.close();
    stage.untilReceived(pair.endpoint(), "before");
    stage.until(acceptor::isClosed);
  }

  @Test
  void closingAListenerInABatchKeepsTheRestOfTheBatch() throws Exception {
    ListenSocket listening = bind(anyKind());
    Handle handle = stage.poller().accept(listening, Map.of(), acceptor);
    var pair = pair();
    pair.endpoint().resume();
    pair.peerSends("kept");
    dial(listening);
    stage.poller().poll(Long.MAX_VALUE);
    handle.close();
    stage.until(acceptor::isClosed);
    stage.untilReceived(pair.endpoint(), "kept");

    assertThat(acceptor.sockets).isEmpty();
  }

  @Test
  void aListenerHasNoPeer() throws Exception {
    Handle handle = stage.poller().accept(bind(SocketKind.TCP), Map.of(), acceptor);

    assertThatThrownBy(handle::watchOutput).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(handle::detach).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(handle::remoteAddress).isInstanceOf(UnsupportedOperationException.class);
    handle.setOption(StandardSocketOptions.SO_RCVBUF, 100_000);
    handle.abort();
    handle.pauseInput();
    handle.resumeInput();
    assertThatThrownBy(() -> handle.setOption(StandardSocketOptions.SO_RCVBUF, 100_000))
        .isInstanceOf(IOException.class);
  }

  @Test
  void closingThePollerClosesTheListener() throws Exception {
    ListenSocket listening = bind(SocketKind.UNIX);
    stage.poller().accept(listening, Map.of(), acceptor);
    stage.closePoller();

    assertThat(acceptor.isClosed()).isTrue();
    assertThat(((UnixDomainSocketAddress) listening.localAddress()).getPath()).doesNotExist();
  }

  @Test
  void closingThePollerSparesAnAddressThatItsListenerGaveUpBefore() throws Exception {
    ListenSocket listening = bind(SocketKind.UNIX);
    stage.poller().accept(listening, Map.of(), acceptor).close();
    ListenSocket successor = stage.keep(provider().bind(listening.localAddress(), 16));
    stage.closePoller();

    assertThat(acceptor.isClosed()).isTrue();
    assertThat(dial(successor).isConnected()).isTrue();
  }

  @Test
  void closingAnUnwatchedAcceptedSocketResetsIt() throws Exception {
    ListenSocket listening = bind(SocketKind.TCP);
    stage.poller().accept(listening, Map.of(), acceptor);
    SocketChannel peer = dial(listening);
    stage.until(() -> !acceptor.sockets.isEmpty());
    acceptor.sockets.remove().close();

    assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }
}
