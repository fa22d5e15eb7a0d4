package io.netpoll.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.PeerCredentials;
import io.netpoll.SocketOptions;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Options of the API under the JDK's own constants, and those that the JDK lacks. */
@Timeout(60)
class OptionsTest {
  @TempDir Path directory;
  private Loop loop;
  private final TestAcceptor acceptor = new TestAcceptor();

  @BeforeEach
  void open() throws Exception {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    acceptor.sockets.forEach(StreamSocket::close);
    loop.close();
  }

  @Test
  void anOptionIsKnownByItsName() throws Exception {
    Handle handle = loop.pair(Kind.TCP, directory).handle();
    handle.setOption(SocketOptions.TCP_KEEPIDLE, 71);
    handle.setOption(SocketOptions.TCP_KEEPINTERVAL, 72);
    handle.setOption(SocketOptions.TCP_KEEPCOUNT, 73);
    handle.setOption(StandardSocketOptions.SO_RCVBUF, 90_000);

    assertThat(handle.option(Loop.keepIdle())).isEqualTo(71);
    assertThat(handle.option(SocketOptions.TCP_KEEPIDLE)).isEqualTo(71);
    assertThat(handle.option(SocketOptions.TCP_KEEPINTERVAL)).isEqualTo(72);
    assertThat(handle.option(SocketOptions.TCP_KEEPCOUNT)).isEqualTo(73);
    assertThat(handle.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(90_000);
    handle.close();
    assertThatThrownBy(() -> handle.option(SocketOptions.TCP_KEEPIDLE))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatTheJdkLacksIsRefusedByName() throws Exception {
    Handle handle = loop.pair(Kind.TCP, directory).handle();
    for (SocketOption<Integer> option :
        Set.of(
            SocketOptions.TCP_USER_TIMEOUT,
            SocketOptions.TCP_NOTSENT_LOWAT,
            SocketOptions.SO_BUSY_POLL)) {
      String refusal =
          "The nio backend has no option " + option.name() + " for this kind of socket.";
      assertThatThrownBy(() -> handle.setOption(option, 1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(refusal);
      assertThatThrownBy(() -> handle.option(option)).hasMessage(refusal);
    }
    assertThatThrownBy(
            () ->
                loop.provider.bind(
                    Kind.TCP.free(directory), 16, Map.of(SocketOptions.TCP_FASTOPEN, 5)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "The nio backend has no option TCP_FASTOPEN for this kind of listening socket.");
  }

  @Test
  void whoThePeerIsIsLeftToTheEpollBackend() throws Exception {
    SocketOption<PeerCredentials> option = SocketOptions.SO_PEERCRED;
    Handle handle = loop.pair(Kind.UNIX, directory).handle();

    assertThatThrownBy(() -> handle.option(option))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("The nio backend cannot read SO_PEERCRED: use the epoll backend.");
  }

  @Test
  void anAcceptedSocketHasThem() throws Exception {
    ListenSocket socket = loop.provider.bind(Kind.TCP.free(directory), 16);
    loop.poller.accept(socket, Map.of(SocketOptions.TCP_KEEPIDLE, 71), acceptor);
    loop.keep(SocketChannel.open(socket.localAddress()));
    loop.until(() -> !acceptor.sockets.isEmpty());

    SocketChannel accepted = ((NioStreamSocket) acceptor.sockets.element()).channel;
    assertThat(accepted.getOption(Loop.keepIdle())).isEqualTo(71);
  }

  @Test
  void listeningSocketsSharePortsIfToldSoBeforeTheyAreBound() throws Exception {
    Map<SocketOption<?>, Object> own =
        Map.of(StandardSocketOptions.SO_REUSEPORT, true, StandardSocketOptions.SO_RCVBUF, 60_000);
    try (ListenSocket first = loop.provider.bind(Kind.TCP.free(directory), 16, own);
        ListenSocket second = loop.provider.bind(first.localAddress(), 16, own)) {
      assertThat(second.localAddress()).isEqualTo(first.localAddress());
      assertThat(((NioListenSocket) second).channel.getOption(StandardSocketOptions.SO_RCVBUF))
          .isEqualTo(60_000);
      assertThatThrownBy(() -> loop.provider.bind(first.localAddress(), 16))
          .isInstanceOf(BindException.class);
    }
  }
}
