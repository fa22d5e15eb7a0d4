package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource
  void tellsConnectedFromDispatchOnly_thenWaitsForResume(Kind kind) throws Exception {
    ServerSocketChannel server = loop.listen(kind, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());
    assertThat(endpoint.events).isEmpty();
    SocketChannel peer = loop.keep(server.accept());
    Loop.Pair pair = new Loop.Pair(endpoint, peer);
    pair.peerSends("early");
    loop.until(() -> endpoint.events.contains("connected"));
    loop.assertQuiet();
    assertThat(endpoint.text()).as("input is paused").isEmpty();

    endpoint.handle().resumeInput();
    loop.until(() -> endpoint.text().equals("early"));
    endpoint.write("hello");
    assertThat(endpoint.handle().send()).isTrue();
    assertThat(pair.peerReads(5)).isEqualTo("hello");
    assertThat(endpoint.handle().remoteAddress()).isEqualTo(server.getLocalAddress());
    assertThat(endpoint.handle().localAddress()).isEqualTo(peer.getRemoteAddress());
  }

  @Test
  void aUnixSocketThatIsConnectedAtOnceDoesNotKeepThePollWaiting() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.UNIX, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());

    loop.poller.poll(Long.MAX_VALUE);
    loop.dispatch();
    assertThat(endpoint.events).containsExactly("connected");
  }

  @ParameterizedTest
  @EnumSource
  void resumedAndTokenTakenBeforeConnected(Kind kind) throws Exception {
    ServerSocketChannel server = loop.listen(kind, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());
    endpoint.write("first");
    endpoint.handle().resumeInput();
    endpoint.handle().sendWhenWritable();
    Loop.Pair pair = new Loop.Pair(endpoint, loop.keep(server.accept()));
    pair.peerSends("greeting");
    loop.until(() -> endpoint.text().equals("greeting") && endpoint.drains == 1);

    assertThat(pair.peerReads(5)).isEqualTo("first");
    loop.assertQuiet();
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
  void bindsAUnixSocket() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.UNIX, directory);
    TestEndpoint endpoint = new TestEndpoint();
    endpoint.dispatching = true;
    SocketAddress local = Loop.unix(directory.resolve("client"));
    loop.poller.connect(server.getLocalAddress(), local, Map.of(), endpoint);
    assertThat(loop.keep(server.accept()).getRemoteAddress()).isEqualTo(local);
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

  @Test
  void refusesAnAddressInUseAsLocal() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.TCP, directory);

    assertThatThrownBy(
            () ->
                loop.poller.connect(
                    server.getLocalAddress(),
                    server.getLocalAddress(),
                    Map.of(),
                    new TestEndpoint()))
        .isInstanceOf(IOException.class);
  }

  /** A system may refuse at once, then {@code connect} throws, or later. */
  @ParameterizedTest
  @EnumSource
  void aRefusedConnectFails_withTheSystemsWords(Kind kind) throws Exception {
    SocketAddress address;
    try (ServerSocketChannel server =
        kind == Kind.TCP
            ? ServerSocketChannel.open()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      address = server.bind(kind.free(directory)).getLocalAddress();
    }
    IOException cause;
    try {
      TestEndpoint endpoint = loop.connect(address);
      assertThat(endpoint.events).isEmpty();
      loop.until(() -> endpoint.events.contains("failed"));
      cause = endpoint.failure;
      loop.assertQuiet();
      endpoint.handle().resumeInput();
      endpoint.handle().sendWhenWritable();
      assertThatThrownBy(endpoint.handle()::send).isInstanceOf(IOException.class);
      assertThatThrownBy(endpoint.handle()::detach).isInstanceOf(IllegalStateException.class);
      assertThat(endpoint.handle().remoteAddress()).isEqualTo(address);
      endpoint.handle().close();
      loop.until(() -> endpoint.events.contains("closed"));
      assertThat(endpoint.events).containsExactly("failed", "closed");
    } catch (ConnectException atOnce) {
      cause = atOnce;
    }
    assertThat(cause).isInstanceOf(ConnectException.class).hasMessageContaining("refused");
  }

  @Test
  void aUnixSocketThatDoesNotExistFailsAtOnce() {
    assertThatThrownBy(() -> loop.connect(Loop.unix(directory.resolve("nobody"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No such file");
  }

  @Test
  void aUnixListenerWithAFullQueueFailsAtOnce_insteadOfFeigningAConnection() throws Exception {
    try (var listening = loop.provider.bind(Kind.UNIX.free(directory), 1)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  loop.connect(listening.localAddress());
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedWhileConnecting_nothingButClosedFollows(Kind kind) throws Exception {
    ServerSocketChannel server = loop.listen(kind, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());
    endpoint.handle().close();
    loop.until(() -> !endpoint.events.isEmpty());
    loop.turn();
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void closedWithinTheBatchThatWouldTellConnected() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.TCP, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());
    assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(1);
    endpoint.handle().abort();
    loop.dispatch();
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void detachingWhatIsNotConnectedIsRefused() throws Exception {
    ServerSocketChannel server = loop.listen(Kind.TCP, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());

    assertThatThrownBy(endpoint.handle()::detach).isInstanceOf(IllegalStateException.class);
    assertThat(endpoint.handle().localAddress()).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void thePollerClosesWhileConnecting(Kind kind) throws Exception {
    ServerSocketChannel server = loop.listen(kind, directory);
    TestEndpoint endpoint = loop.connect(server.getLocalAddress());
    loop.closePoller();
    assertThat(endpoint.events).containsExactly("closed");
  }
}
