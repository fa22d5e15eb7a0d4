package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jnr.constants.platform.AddressFamily;
import jnr.constants.platform.Sock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptors that somebody else has opened, and those that leave. */
@Timeout(60)
class AdoptTest {
  /** Above all that a process may have. */
  private static final int NOT_OPEN = Integer.MAX_VALUE;

  @TempDir Path directory;
  private final List<Integer> foreign = new ArrayList<>();
  private final TestAcceptor acceptor = new TestAcceptor();
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    foreign.forEach(Kernel::close);
    acceptor.sockets.forEach(StreamSocket::close);
    loop.close();
  }

  private int keep(int fd) {
    assertThat(fd).isNotNegative();
    foreign.add(fd);
    return fd;
  }

  /** A blocking, inheritable socket that listens, as a launcher hands it over. */
  private int listening(Kind kind) throws IOException {
    return Kernel.listening(kind.free(directory));
  }

  private static void assertIsAsItWas(int fd) {
    assertThat(Kernel.isNonBlocking(fd)).isFalse();
    assertThat(Kernel.isCloseOnExec(fd)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aListeningDescriptorIsServed_nonBlockingAndCloseOnExec(Kind kind) throws Exception {
    int fd = listening(kind);
    ListenSocket socket = loop.keep(loop.provider.adoptListener(fd));
    assertThat(Kernel.isNonBlocking(fd)).isTrue();
    assertThat(Kernel.isCloseOnExec(fd)).isTrue();
    assertThat(socket.dropNew()).as("others may share it").isFalse();
    assertThat(socket.stopListening()).as("others may share it").isFalse();
    loop.poller.accept(socket, Map.of(), acceptor);
    SocketChannel peer = loop.keep(SocketChannel.open(socket.localAddress()));
    loop.until(() -> !acceptor.sockets.isEmpty());
    assertThat(acceptor.sockets.element().remoteAddress()).isEqualTo(peer.getLocalAddress());
    loop.poller.close();
    assertThat(Kernel.isOpen(fd)).isFalse();
    if (socket.localAddress() instanceof UnixDomainSocketAddress unix) {
      assertThat(unix.getPath()).as("is whoever's that bound it").exists();
    }
  }

  @Test
  void whatIsNoListeningSocketIsRefused_andStaysAsItIs() throws Exception {
    int eventfd = keep(Kernel.eventFd());
    int datagrams = keep(Kernel.socket(AddressFamily.AF_INET, Sock.SOCK_DGRAM));
    int unbound = keep(Kernel.socket(AddressFamily.AF_INET, Sock.SOCK_STREAM));

    assertListenerRefused(-1, "A descriptor is at least 0, not -1.");
    assertListenerRefused(
        NOT_OPEN,
        "Descriptor "
            + NOT_OPEN
            + " cannot be adopted because it is not open: Bad file descriptor (EBADF).");
    assertListenerRefused(
        eventfd,
        "Descriptor "
            + eventfd
            + " cannot be adopted because it is no socket: Socket operation on non-socket"
            + " (ENOTSOCK).");
    assertListenerRefused(
        datagrams,
        "Descriptor "
            + datagrams
            + " cannot be adopted because it is no TCP or Unix stream socket but of family 2 and"
            + " type 2.");
    assertListenerRefused(
        unbound,
        "Descriptor "
            + unbound
            + " cannot be adopted because it does not listen: call listen before.");
    assertIsAsItWas(unbound);
  }

  private void assertListenerRefused(int fd, String message) {
    assertThatThrownBy(() -> loop.provider.adoptListener(fd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void whatIsNotConnectedIsRefused_andStaysAsItIs() throws Exception {
    int listening = keep(listening(Kind.TCP));
    int fresh = keep(Kernel.socket(AddressFamily.AF_UNIX, Sock.SOCK_STREAM));
    for (int fd : new int[] {listening, fresh}) {
      assertThatThrownBy(() -> loop.provider.adoptStream(fd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Descriptor " + fd)
          .hasMessageContaining("is not connected");
      assertIsAsItWas(fd);
    }
    assertThatThrownBy(() -> loop.provider.adoptStream(-7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-7");
  }

  @Test
  void aConnectedDescriptorIsWatched() throws Exception {
    int listener = keep(listening(Kind.TCP));
    SocketChannel peer = loop.keep(SocketChannel.open(Kernel.localAddress(listener)));
    int fd = Kernel.accept(listener);
    StreamSocket socket = loop.provider.adoptStream(fd);
    assertThat(socket.localAddress()).isEqualTo(peer.getRemoteAddress());
    assertThat(socket.remoteAddress()).isEqualTo(peer.getLocalAddress());
    assertThat(Kernel.isNonBlocking(fd)).isTrue();
    assertThat(socket.releaseDescriptor()).isEqualTo(fd);
    socket.close();
    assertThatThrownBy(socket::releaseDescriptor).isInstanceOf(IllegalStateException.class);
    assertThat(Kernel.isOpen(keep(fd))).as("still open").isTrue();
  }

  /** As a successor holds it, or the launcher: the rest of the queue is theirs. */
  @ParameterizedTest
  @EnumSource
  void aListeningDescriptorThatIsHeldElsewhere_doesNotSpinAfterItsClose(Kind kind)
      throws Exception {
    int fd = listening(kind);
    keep(Kernel.duplicate(fd));
    ListenSocket socket = loop.provider.adoptListener(fd);
    Handle handle = loop.poller.accept(socket, Map.of(), acceptor);
    handle.close();
    loop.until(() -> acceptor.closed);
    loop.keep(SocketChannel.open(socket.localAddress())); // waits there
    loop.assertQuiet();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectedDescriptorThatIsHeldElsewhere_doesNotSpinAfterItsClose(boolean reset)
      throws Exception {
    int listener = keep(listening(Kind.TCP));
    SocketChannel peer = loop.keep(SocketChannel.open(Kernel.localAddress(listener)));
    int fd = Kernel.accept(listener);
    keep(Kernel.duplicate(fd));
    TestEndpoint endpoint = loop.attach(loop.provider.adoptStream(fd), new TestEndpoint());
    endpoint.handle().resumeInput();
    if (reset) {
      endpoint.handle().abort();
    } else {
      endpoint.handle().close();
    }
    loop.until(() -> endpoint.events.contains("closed"));
    peer.write(ByteBuffer.allocate(1));
    loop.assertQuiet();
  }

  @Test
  void dropNew_keepsNewConnectionsOut_andWhatWaitsIn() throws Exception {
    ListenSocket socket =
        loop.keep(
            loop.provider.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16));
    loop.keep(SocketChannel.open(socket.localAddress()));
    assertThat(socket.dropNew()).isTrue();
    SocketChannel late = loop.keep(SocketChannel.open());
    late.configureBlocking(false);
    late.connect(socket.localAddress());
    loop.poller.accept(socket, Map.of(), acceptor);
    loop.until(() -> !acceptor.sockets.isEmpty());
    loop.turn();
    loop.turn();
    assertThat(acceptor.sockets).hasSize(1);
    assertThat(late.finishConnect()).as("its request was dropped").isFalse();
    socket.close();
    assertThat(socket.dropNew()).as("watched, and not closed by this").isTrue();
    loop.poller.close();
    assertThat(socket.dropNew()).as("closed").isFalse();
  }

  @Test
  void unixSocketsDoNotDrop() throws Exception {
    ListenSocket socket = loop.keep(loop.provider.bind(Kind.UNIX.free(directory), 16));
    assertThat(socket.dropNew()).isFalse();
    assertThat(Files.exists(((UnixDomainSocketAddress) socket.localAddress()).getPath())).isTrue();
  }
}
