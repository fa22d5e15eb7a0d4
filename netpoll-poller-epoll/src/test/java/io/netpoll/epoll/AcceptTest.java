package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class AcceptTest {
  @TempDir Path directory;
  private Loop loop;
  private final TestAcceptor acceptor = new TestAcceptor();

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    acceptor.sockets.forEach(StreamSocket::close);
    loop.close();
    assertThat(acceptor.failures).isEmpty();
  }

  private ListenSocket bind(Kind kind) throws IOException {
    return loop.keep(loop.provider.bind(kind.free(directory), 512));
  }

  private SocketChannel dial(ListenSocket listening) throws IOException {
    return loop.keep(SocketChannel.open(listening.localAddress()));
  }

  private static int fdOf(StreamSocket socket) {
    return ((EpollStreamSocket) socket).fd();
  }

  private static boolean isNonBlockingAndNotInherited(StreamSocket socket) {
    return Kernel.isNonBlocking(fdOf(socket)) && Kernel.isCloseOnExec(fdOf(socket));
  }

  @ParameterizedTest
  @EnumSource
  void acceptsWhatWaits_nonBlocking_withAddresses(Kind kind) throws Exception {
    ListenSocket listening = bind(kind);
    SocketChannel early = dial(listening);
    Handle handle = loop.poller.accept(listening, Map.of(), acceptor);
    loop.until(() -> acceptor.sockets.size() == 1);
    SocketChannel late = dial(listening);
    loop.until(() -> acceptor.sockets.size() == 2);

    StreamSocket first = acceptor.sockets.remove();
    StreamSocket second = acceptor.sockets.remove();
    assertThat(isNonBlockingAndNotInherited(first)).isTrue();
    assertThat(first.localAddress()).isEqualTo(listening.localAddress());
    assertThat(first.remoteAddress()).isEqualTo(early.getLocalAddress());
    assertThat(second.remoteAddress()).isEqualTo(late.getLocalAddress());
    assertThat(handle.localAddress()).isEqualTo(listening.localAddress());
    first.close();
    second.close();
    assertThat(first.remoteAddress()).as("stays").isNotNull();
  }

  @Test
  void setsTheOptionsOfEachSocket() throws Exception {
    Map<SocketOption<?>, Object> options = new HashMap<>();
    options.put(StandardSocketOptions.TCP_NODELAY, true);
    options.put(StandardSocketOptions.SO_KEEPALIVE, true);
    options.put(StandardSocketOptions.SO_RCVBUF, 100_000);
    SocketOption<Integer> keepIdle = Loop.keepIdle();
    options.put(keepIdle, 77);
    ListenSocket listening = bind(Kind.TCP);
    loop.poller.accept(listening, options, acceptor);
    options.clear();
    dial(listening);
    loop.until(() -> !acceptor.sockets.isEmpty());

    int fd = fdOf(acceptor.sockets.element());
    assertThat(Kernel.option(fd, "TCP_NODELAY")).isEqualTo(1);
    assertThat(Kernel.option(fd, "SO_KEEPALIVE")).isEqualTo(1);
    assertThat(Kernel.option(fd, "SO_RCVBUF")).isBetween(100_000, 200_000);
    assertThat(Kernel.option(fd, "TCP_KEEPIDLE")).isEqualTo(77);
  }

  @Test
  void refusesAnOptionThatTheKindLacks_byName_andLeavesTheSocketToItsOwner() throws Exception {
    ListenSocket listening = bind(Kind.UNIX);

    assertThatThrownBy(
            () ->
                loop.poller.accept(
                    listening, Map.of(StandardSocketOptions.TCP_NODELAY, true), acceptor))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
    loop.poller.accept(listening, Map.of(StandardSocketOptions.SO_SNDBUF, 50_000), acceptor);
    dial(listening);
    loop.until(() -> !acceptor.sockets.isEmpty());
  }

  @Test
  void refusesAWrongValue_beforeAnyConnection() throws Exception {
    ListenSocket listening = bind(Kind.TCP);

    assertThatThrownBy(
            () ->
                loop.poller.accept(
                    listening, Map.of(StandardSocketOptions.TCP_NODELAY, "yes"), acceptor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("yes");
  }

  @Test
  void oneEventAcceptsABoundedNumber_andTheNextOnesTheRest() throws Exception {
    var other = loop.pair(Kind.UNIX, directory);
    other.handle().resumeInput();
    ListenSocket listening = bind(Kind.UNIX);
    for (int i = 0; i < 100; i++) {
      dial(listening);
    }
    loop.poller.accept(listening, Map.of(), acceptor);
    other.peerSends("x");
    loop.turn();
    assertThat(acceptor.sockets).hasSize(64);
    loop.until(() -> acceptor.sockets.size() == 100);
  }

  @Test
  void anEventThatIsFoundAloneAcceptsOne() throws Exception {
    ListenSocket listening = bind(Kind.UNIX);
    dial(listening);
    dial(listening);
    loop.poller.accept(listening, Map.of(), acceptor);
    loop.turn();
    assertThat(acceptor.sockets).hasSize(1);
    loop.turn();
    assertThat(acceptor.sockets).hasSize(2);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void outOfDescriptorsIsToldToTheAcceptor_andPassesWhenThereAreSomeAgain() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DescriptorExhaustion.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    process.destroy();

    assertThat(output.lines())
        .containsExactly(
            "at first: true",
            "exhausted: false",
            "failed: accepting failed: Too many open files (EMFILE)",
            "events while paused: 0",
            "accepted: 1",
            "again: true");
  }
}
