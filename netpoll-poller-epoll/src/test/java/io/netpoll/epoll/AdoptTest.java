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
  private static final int SOCK_DGRAM = 2;

  /** Above all that a process may have. */
  private static final int NOT_OPEN = Integer.MAX_VALUE;

  @TempDir Path directory;
  private final Memory memory = Memory.allocate(Addresses.SIZE);
  private final List<Integer> foreign = new ArrayList<>();
  private final TestAcceptor acceptor = new TestAcceptor();
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    foreign.forEach(Libc::close);
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
    int family = kind == Kind.UNIX ? Libc.AF_UNIX : Libc.AF_INET;
    int fd = Libc.socket(family, Libc.SOCK_STREAM, 0);
    Sockets.bind(fd, family, kind.free(directory), memory);
    assertThat(Libc.listen(fd, 16)).isZero();
    return fd;
  }

  private static int flags(int fd) {
    return Libc.fcntl(fd, Libc.F_GETFL, 0) << 1 | Libc.fcntl(fd, Libc.F_GETFD, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aListeningDescriptorIsServed_nonBlockingAndCloseOnExec(Kind kind) throws Exception {
    int fd = listening(kind);
    ListenSocket socket = loop.keep(loop.provider.adoptListener(fd));
    assertThat(Libc.fcntl(fd, Libc.F_GETFL, 0) & Libc.O_NONBLOCK).isNotZero();
    assertThat(Libc.fcntl(fd, Libc.F_GETFD, 0)).isEqualTo(Libc.FD_CLOEXEC);
    assertThat(socket.dropNew()).as("others may share it").isFalse();
    assertThat(socket.stopListening()).as("others may share it").isFalse();
    loop.poller.accept(socket, Map.of(), acceptor);
    SocketChannel peer = loop.keep(SocketChannel.open(socket.localAddress()));
    loop.until(() -> !acceptor.sockets.isEmpty());
    assertThat(acceptor.sockets.element().remoteAddress()).isEqualTo(peer.getLocalAddress());
    loop.poller.close();
    assertThat(Libc.fcntl(fd, Libc.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    if (socket.localAddress() instanceof UnixDomainSocketAddress unix) {
      assertThat(unix.getPath()).as("is whoever's that bound it").exists();
    }
  }

  @Test
  void whatIsNoListeningSocketIsRefused_andStaysAsItIs() throws Exception {
    int eventfd = keep(Libc.eventfd(0));
    int datagrams = keep(Libc.socket(Libc.AF_INET, SOCK_DGRAM, 0));
    int unbound = keep(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM, 0));
    int flags = flags(unbound);

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
    assertThat(flags(unbound)).isEqualTo(flags);
  }

  private void assertListenerRefused(int fd, String message) {
    assertThatThrownBy(() -> loop.provider.adoptListener(fd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void whatIsNotConnectedIsRefused_andStaysAsItIs() throws Exception {
    int listening = keep(listening(Kind.TCP));
    int fresh = keep(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM, 0));
    for (int fd : new int[] {listening, fresh}) {
      int flags = flags(fd);
      assertThatThrownBy(() -> loop.provider.adoptStream(fd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Descriptor " + fd)
          .hasMessageContaining("is not connected");
      assertThat(flags(fd)).isEqualTo(flags);
    }
    assertThatThrownBy(() -> loop.provider.adoptStream(-7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-7");
  }

  @Test
  void aConnectedDescriptorIsWatched() throws Exception {
    int listener = keep(listening(Kind.TCP));
    SocketChannel peer = loop.keep(SocketChannel.open(Addresses.local(listener, memory)));
    int fd = Libc.accept(listener, 0, 0, 0);
    StreamSocket socket = loop.provider.adoptStream(fd);
    assertThat(socket.localAddress()).isEqualTo(peer.getRemoteAddress());
    assertThat(socket.remoteAddress()).isEqualTo(peer.getLocalAddress());
    assertThat(Libc.fcntl(fd, Libc.F_GETFL, 0) & Libc.O_NONBLOCK).isNotZero();
    assertThat(socket.releaseDescriptor()).isEqualTo(fd);
    socket.close();
    assertThatThrownBy(socket::releaseDescriptor).isInstanceOf(IllegalStateException.class);
    assertThat(Libc.fcntl(keep(fd), Libc.F_GETFD, 0)).as("still open").isNotNegative();
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
    SocketChannel peer = loop.keep(SocketChannel.open(Addresses.local(listener, memory)));
    int fd = Libc.accept(listener, 0, 0, 0);
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
