package io.netpoll.epoll;

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
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every option, as the kernel has it afterwards. */
@Timeout(60)
class OptionsTest {
  /** An option of somebody else, of a name that is known. */
  private record Foreign<T>(String name, Class<T> type) implements SocketOption<T> {}

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

  private static Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>();
    values.put("SO_RCVBUF", 100_000);
    values.put("SO_SNDBUF", 90_000);
    values.put("SO_LINGER", 9);
    values.put("SO_KEEPALIVE", true);
    values.put("SO_REUSEADDR", true);
    values.put("SO_REUSEPORT", true);
    values.put("IP_TOS", 0x10);
    values.put("TCP_NODELAY", true);
    values.put("TCP_KEEPIDLE", 71);
    values.put("TCP_KEEPINTERVAL", 72);
    values.put("TCP_KEEPCOUNT", 73);
    values.put("TCP_QUICKACK", false);
    values.put("TCP_USER_TIMEOUT", 74_000);
    values.put("TCP_NOTSENT_LOWAT", 75_000);
    values.put("SO_BUSY_POLL", 0);
    return values;
  }

  private static void assertHas(int fd, Map<String, Object> values) {
    values.forEach(
        (name, value) -> {
          int actual = Kernel.option(fd, name);
          if (name.endsWith("BUF")) {
            assertThat(actual).as(name).isEqualTo(2 * (Integer) value);
          } else {
            assertThat(actual).as(name).isEqualTo(value instanceof Boolean b ? b ? 1 : 0 : value);
          }
        });
  }

  private Map<SocketOption<?>, Object> options() {
    Map<SocketOption<?>, Object> options = new HashMap<>();
    for (SocketOption<?> option : loop.provider.supportedOptions(false)) {
      options.put(option, values().get(option.name()));
    }
    assertThat(options).hasSize(values().size());
    return options;
  }

  private SocketChannel dial(ListenSocket socket) throws IOException {
    return loop.keep(SocketChannel.open(socket.localAddress()));
  }

  @Test
  void anAcceptedSocketHasThem_mostByInheritance() throws Exception {
    ListenSocket socket = loop.provider.bind(Kind.TCP.free(directory), 16);
    loop.poller.accept(socket, options(), acceptor);
    dial(socket);
    loop.until(() -> !acceptor.sockets.isEmpty());

    assertHas(((EpollStreamSocket) acceptor.sockets.element()).fd(), values());
  }

  @Test
  void aSocketThatConnectsHasThem() throws Exception {
    ListenSocket socket = loop.keep(loop.provider.bind(Kind.TCP.free(directory), 16));
    TestEndpoint endpoint = loop.connect(socket.localAddress(), options());
    loop.until(() -> endpoint.events.contains("connected"));

    Map<String, Object> values = values();
    values.remove("TCP_QUICKACK"); // The kernel turns it on again by itself while it connects.
    assertHas(((StreamHandle) endpoint.handle()).fd, values);
  }

  @Test
  void aConnectedSocketGetsThem() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    for (Map.Entry<SocketOption<?>, Object> option : options().entrySet()) {
      set(pair.handle(), option.getKey(), option.getValue());
    }
    assertHas(((StreamHandle) pair.handle()).fd, values());
  }

  @SuppressWarnings("unchecked")
  private static <T> void set(Handle handle, SocketOption<T> option, Object value)
      throws IOException {
    handle.setOption(option, (T) value);
  }

  @Test
  void unixSocketsHaveTheirs() throws Exception {
    ListenSocket socket = loop.provider.bind(Kind.UNIX.free(directory), 16);
    Map<SocketOption<?>, Object> options = Map.of(StandardSocketOptions.SO_SNDBUF, 50_000);
    loop.poller.accept(socket, options, acceptor);
    dial(socket);
    loop.until(() -> !acceptor.sockets.isEmpty());

    int fd = ((EpollStreamSocket) acceptor.sockets.element()).fd();
    assertThat(Kernel.option(fd, "SO_SNDBUF")).isEqualTo(100_000);
    assertThat(loop.provider.supportedOptions(true))
        .isEqualTo(
            Set.of(
                StandardSocketOptions.SO_RCVBUF,
                StandardSocketOptions.SO_SNDBUF,
                StandardSocketOptions.SO_LINGER,
                SocketOptions.SO_PEERCRED));
  }

  @Test
  void theSetHoldsTheConstantsOfTheJdkAndOfTheApi() {
    assertThat(loop.provider.supportedOptions(false))
        .contains(StandardSocketOptions.TCP_NODELAY, SocketOptions.TCP_KEEPIDLE)
        .doesNotContain(StandardSocketOptions.SO_BROADCAST);
  }

  @Test
  void aListeningSocketHasItsOwn_fromTheStartOrLater() throws Exception {
    ListenSocket socket = loop.provider.bind(Kind.TCP.free(directory), 16);
    Foreign<Integer> fastOpen = new Foreign<>("TCP_FASTOPEN", Integer.class);
    Foreign<Integer> deferAccept = new Foreign<>("TCP_DEFER_ACCEPT", Integer.class);
    Handle handle = loop.poller.accept(socket, Map.of(fastOpen, 5), acceptor);
    handle.setOption(deferAccept, 3);

    int fd = ((EpollListenSocket) socket).descriptor.fd;
    assertThat(Kernel.option(fd, "TCP_FASTOPEN")).isEqualTo(5);
    assertThat(Kernel.option(fd, "TCP_DEFER_ACCEPT")).isPositive();
    var pair = loop.pair(Kind.TCP, directory);
    assertThatThrownBy(() -> pair.handle().setOption(fastOpen, 5))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_FASTOPEN");
  }

  @Test
  void whatIsNotKnownOrDoesNotFitIsRefused() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    Handle handle = pair.handle();

    assertThatThrownBy(() -> handle.setOption(new Foreign<>("SO_MAGIC", Integer.class), 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("SO_MAGIC");
    assertThatThrownBy(() -> handle.setOption(new Foreign<>("TCP_NODELAY", String.class), "on"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("on");
    assertThatThrownBy(() -> handle.setOption(StandardSocketOptions.SO_SNDBUF, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> handle.setOption(SocketOptions.TCP_KEEPCOUNT, 1_000_000))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("TCP_KEEPCOUNT")
        .hasMessageContaining("EINVAL");
  }

  @Test
  void aValueThatTheSystemRefusesIsFoundBeforeAnyConnection() throws Exception {
    for (SocketOption<Integer> option :
        Set.of(SocketOptions.TCP_KEEPIDLE, SocketOptions.TCP_KEEPCOUNT)) {
      ListenSocket socket = loop.keep(loop.provider.bind(Kind.TCP.free(directory), 16));
      assertThatThrownBy(() -> loop.poller.accept(socket, Map.of(option, 1_000_000), acceptor))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(option.name());
      // Still its owner's.
      loop.poller.accept(socket, Map.of(option, 5), new TestAcceptor());
    }
  }

  @Test
  void lingeringOfAnAcceptedSocketDoesNotHoldUpItsClose() throws Exception {
    ListenSocket socket = loop.provider.bind(Kind.TCP.free(directory), 16);
    loop.poller.accept(socket, Map.of(StandardSocketOptions.SO_LINGER, 30), acceptor);
    SocketChannel peer = dial(socket);
    loop.until(() -> !acceptor.sockets.isEmpty());
    TestEndpoint endpoint = loop.attach(acceptor.sockets.remove(), new TestEndpoint());
    TestPage page = new TestPage(1 << 20);
    do {
      endpoint.write(page, 0, page.size());
    } while (endpoint.send());
    long start = System.nanoTime();
    endpoint.handle().close();
    loop.until(() -> endpoint.events.contains("closed"));

    assertThat(System.nanoTime() - start).isLessThan(25_000_000_000L);
    assertThat(peer.read(ByteBuffer.allocate(1))).as("not reset").isEqualTo(1);
  }

  @Test
  void whatWasSetIsRead() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    Handle handle = pair.handle();
    for (Map.Entry<SocketOption<?>, Object> option : options().entrySet()) {
      set(handle, option.getKey(), option.getValue());
    }
    for (Map.Entry<SocketOption<?>, Object> option : options().entrySet()) {
      assertThat((Object) handle.option(option.getKey()))
          .as(option.getKey().name())
          .isEqualTo(option.getValue());
    }
    handle.setOption(StandardSocketOptions.SO_LINGER, -1);
    assertThat(handle.option(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
    assertThatThrownBy(() -> handle.option(SocketOptions.TCP_FASTOPEN))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("The epoll backend has no option TCP_FASTOPEN for TCP sockets.");
    assertThatThrownBy(() -> handle.option(new Foreign<>("TCP_NODELAY", Integer.class)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Boolean");
    handle.close();
    assertThatThrownBy(() -> handle.option(StandardSocketOptions.SO_SNDBUF))
        .isInstanceOf(IOException.class);
  }

  @Test
  void thePeerOfAUnixSocketIsKnown_andOnlyRead() throws Exception {
    Handle handle = loop.pair(Kind.UNIX, directory).handle();

    assertThat(handle.option(SocketOptions.SO_PEERCRED))
        .isEqualTo(
            new PeerCredentials(
                (int) ProcessHandle.current().pid(), Kernel.user(), Kernel.group()));
    assertThatThrownBy(
            () -> handle.setOption(SocketOptions.SO_PEERCRED, new PeerCredentials(1, 0, 0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("only be read");
    assertThatThrownBy(
            () -> loop.pair(Kind.TCP, directory).handle().option(SocketOptions.SO_PEERCRED))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("SO_PEERCRED");
  }

  @Test
  void aListeningSocketHasItsOwnBeforeItIsBound() throws Exception {
    Map<SocketOption<?>, Object> own =
        Map.of(
            StandardSocketOptions.SO_REUSEPORT,
            true,
            StandardSocketOptions.SO_RCVBUF,
            60_000,
            SocketOptions.TCP_FASTOPEN,
            7,
            SocketOptions.TCP_DEFER_ACCEPT,
            3,
            SocketOptions.SO_BUSY_POLL,
            0);
    try (ListenSocket first = loop.provider.bind(Kind.TCP.free(directory), 16, own);
        ListenSocket second = loop.provider.bind(first.localAddress(), 16, own)) {
      int fd = ((EpollListenSocket) second).descriptor.fd;
      assertThat(Kernel.option(fd, "SO_REUSEPORT")).isEqualTo(1);
      assertThat(Kernel.option(fd, "SO_RCVBUF")).isEqualTo(120_000);
      assertThat(Kernel.option(fd, "TCP_FASTOPEN")).isEqualTo(7);
      assertThat(Kernel.option(fd, "TCP_DEFER_ACCEPT")).isPositive();
      assertThat(second.localAddress()).isEqualTo(first.localAddress());
      assertThatThrownBy(() -> loop.provider.bind(first.localAddress(), 16))
          .isInstanceOf(BindException.class);
    }
    Handle handle =
        loop.poller.accept(
            loop.provider.bind(Kind.TCP.free(directory), 16, own), Map.of(), acceptor);
    assertThat(handle.option(SocketOptions.TCP_FASTOPEN)).isEqualTo(7);
    assertThat(handle.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(60_000);
  }

  @Test
  void aListeningSocketRefusesWhatIsNotItsOwn() throws Exception {
    long before = Loop.descriptors();
    for (SocketOption<?> option :
        Set.of(StandardSocketOptions.SO_LINGER, SocketOptions.TCP_USER_TIMEOUT)) {
      assertThatThrownBy(() -> loop.provider.bind(Kind.TCP.free(directory), 16, Map.of(option, 1)))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              "The epoll backend has no option " + option.name() + " for listening TCP sockets.");
    }
    assertThatThrownBy(
            () ->
                loop.provider.bind(
                    Kind.UNIX.free(directory),
                    16,
                    Map.of(StandardSocketOptions.SO_REUSEPORT, true)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("SO_REUSEPORT for listening Unix-domain sockets");
    assertThat(Loop.descriptors()).isEqualTo(before);
  }
}
