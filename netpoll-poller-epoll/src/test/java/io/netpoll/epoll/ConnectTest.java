package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
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
}
