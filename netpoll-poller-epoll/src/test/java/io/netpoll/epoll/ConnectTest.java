package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ConnectTest {
  @TempDir Path directory;
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  @Test
  void setsOptionsAndBindsBefore() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.TCP, directory);
    TestEndpoint endpoint = new TestEndpoint();
    endpoint.dispatching = true;
    var local = new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0);
    var handle =
        loop.poller.connect(
            server.getLocalAddress(),
            local,
            Map.of(StandardSocketOptions.TCP_NODELAY, true, StandardSocketOptions.SO_LINGER, 3),
            endpoint);
    loop.until(() -> endpoint.events.contains("connected"));
    SocketChannel peer = loop.keep(server.accept());

    InetSocketAddress seen = (InetSocketAddress) peer.getRemoteAddress();
    assertThat(seen.getAddress()).isEqualTo(local.getAddress());
    assertThat(handle.localAddress()).isEqualTo(seen);
    handle.close();
    loop.until(() -> endpoint.events.contains("closed"));
  }

  @Test
  void refusesAnOptionThatTheKindLacks() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.UNIX, directory);

    assertThatThrownBy(
            () ->
                loop.connect(
                    server.getLocalAddress(), Map.of(StandardSocketOptions.TCP_NODELAY, true)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
  }

  /** A port that the connect chooses may be in use for other peers, so they last longer. */
  @Test
  void leavesTheChoiceOfALocalPortToTheConnect() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.TCP, directory);
    var anyPort = new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0);
    Map<SocketOption<?>, Object> shared = Map.of(StandardSocketOptions.SO_REUSEADDR, true);
    SocketChannel holder = loop.keep(SocketChannel.open());
    holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    SocketAddress onePort = holder.bind(anyPort).getLocalAddress();
    for (SocketAddress local : List.of(anyPort, onePort)) {
      TestEndpoint endpoint = new TestEndpoint();
      endpoint.dispatching = true;
      var handle = loop.poller.connect(server.getLocalAddress(), local, shared, endpoint);
      int fd = ((EpollHandle) handle).fd;
      assertThat(Kernel.option(fd, "IP_BIND_ADDRESS_NO_PORT")).isEqualTo(local == anyPort ? 1 : 0);
      loop.until(() -> endpoint.events.contains("connected"));
      handle.close();
      loop.until(() -> endpoint.events.contains("closed"));
    }
  }
}
