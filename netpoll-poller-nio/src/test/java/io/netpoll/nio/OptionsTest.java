package io.netpoll.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.SocketOptions;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Options of the API under the JDK's own constants, and those that the JDK lacks. */
@Timeout(60)
class OptionsTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final InetSocketAddress FREE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path directory;
  private final NioPollerProvider provider = new NioPollerProvider();
  private final CompletableFuture<Integer> idleOfAccepted = new CompletableFuture<>();
  private PollerGroup group;
  private EventLoop server;

  @BeforeEach
  void open() throws Exception {
    group = PollerGroup.builder().backend("nio").execution(Execution.inline()).build();
    server =
        EventLoop.builder(c -> c.reader().skip(c.reader().length()))
            .onPrepare(this::lookAtAccepted)
            .option(SocketOptions.TCP_KEEPIDLE, 71)
            .build();
  }

  private void lookAtAccepted(Connection connection) throws IOException {
    idleOfAccepted.complete(connection.option(jdkKeepIdle()));
  }

  @AfterEach
  void close() {
    server.close();
    group.close();
  }

  /** The JDK's own constant, in a module that this one does not read. */
  @SuppressWarnings("unchecked")
  private static SocketOption<Integer> jdkKeepIdle() throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      return channel.supportedOptions().stream()
          .filter(option -> option.name().equals("TCP_KEEPIDLE"))
          .map(option -> (SocketOption<Integer>) option)
          .findFirst()
          .orElseThrow();
    }
  }

  private Connection dialTcp() throws IOException {
    Listener listener = Listener.builder().group(group).bind(FREE);
    server.start(listener);
    Dialer dialer = Dialer.builder().group(group).build();
    return dialer.connectTcp(null, (InetSocketAddress) listener.localAddress(), SOON);
  }

  @Test
  void anOptionIsKnownByItsName() throws Exception {
    Connection connection = dialTcp();
    connection.setOption(SocketOptions.TCP_KEEPIDLE, 72);
    connection.setOption(SocketOptions.TCP_KEEPINTERVAL, 73);
    connection.setOption(StandardSocketOptions.SO_RCVBUF, 90_000);

    assertThat(connection.option(jdkKeepIdle())).isEqualTo(72);
    assertThat(connection.option(SocketOptions.TCP_KEEPIDLE)).isEqualTo(72);
    assertThat(connection.option(SocketOptions.TCP_KEEPINTERVAL)).isEqualTo(73);
    assertThat(connection.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(90_000);
  }

  @Test
  void anAcceptedSocketHasThem() throws Exception {
    dialTcp();
    assertThat(idleOfAccepted.get(10, TimeUnit.SECONDS)).isEqualTo(71);
  }

  @Test
  void whatTheJdkLacksIsRefusedByName() throws Exception {
    Connection connection = dialTcp();
    for (SocketOption<Integer> option :
        Set.of(
            SocketOptions.TCP_USER_TIMEOUT,
            SocketOptions.TCP_NOTSENT_LOWAT,
            SocketOptions.SO_BUSY_POLL)) {
      String refusal =
          "The nio backend has no option " + option.name() + " for this kind of socket.";
      assertThatThrownBy(() -> connection.setOption(option, 1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(refusal);
      assertThatThrownBy(() -> connection.option(option)).hasMessage(refusal);
    }
    assertThatThrownBy(() -> provider.bind(FREE, 16, Map.of(SocketOptions.TCP_FASTOPEN, 5)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "The nio backend has no option TCP_FASTOPEN for this kind of listening socket.");
  }

  @Test
  void whoThePeerIsIsLeftToTheEpollBackend() throws Exception {
    EventLoop plain = EventLoop.builder(c -> {}).build();
    UnixDomainSocketAddress path = UnixDomainSocketAddress.of(directory.resolve("socket"));
    plain.start(Listener.builder().group(group).bind(path));
    Connection connection = Dialer.builder().group(group).build().connectUnix(null, path, SOON);

    assertThatThrownBy(() -> connection.option(SocketOptions.SO_PEERCRED))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("The nio backend cannot read SO_PEERCRED: use the epoll backend.");
    plain.close();
  }

  @Test
  void listeningSocketsSharePortsIfToldSoBeforeTheyAreBound() throws Exception {
    Map<SocketOption<?>, Object> own =
        Map.of(StandardSocketOptions.SO_REUSEPORT, true, StandardSocketOptions.SO_RCVBUF, 60_000);
    try (ListenSocket first = provider.bind(FREE, 16, own);
        ListenSocket second = provider.bind(first.localAddress(), 16, own)) {
      assertThat(second.localAddress()).isEqualTo(first.localAddress());
      assertThat(((NioListenSocket) second).channel.getOption(StandardSocketOptions.SO_RCVBUF))
          .isEqualTo(60_000);
      assertThatThrownBy(() -> provider.bind(first.localAddress(), 16))
          .isInstanceOf(BindException.class);
    }
  }
}
