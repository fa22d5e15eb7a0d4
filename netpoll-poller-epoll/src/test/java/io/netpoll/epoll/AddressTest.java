package io.netpoll.epoll;

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import jnr.constants.platform.AddressFamily;
import jnr.constants.platform.Sock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv4, IPv6, both, paths and abstract names. */
@Timeout(60)
class AddressTest {
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

  private static boolean hasIpv6() throws Exception {
    return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null;
  }

  private ListenSocket listen(SocketAddress address) throws Exception {
    ListenSocket socket = loop.provider.bind(address, 16);
    loop.poller.accept(socket, Map.of(), acceptor);
    return socket;
  }

  private StreamSocket accept() throws Exception {
    loop.until(() -> !acceptor.sockets.isEmpty());
    return loop.keep(acceptor.sockets.remove());
  }

  private static int port(ListenSocket socket) {
    return ((InetSocketAddress) socket.localAddress()).getPort();
  }

  /** Connects with the backend, and checks that each end knows the other's address. */
  private void connectsTo(SocketAddress address) throws Exception {
    TestEndpoint endpoint = loop.connect(address);
    loop.until(() -> endpoint.events.contains("connected"));
    StreamSocket accepted = accept();
    assertThat(endpoint.handle().remoteAddress()).isEqualTo(address);
    assertThat(accepted.localAddress()).isEqualTo(address);
    assertThat(accepted.remoteAddress()).isEqualTo(endpoint.handle().localAddress());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.5", "::1"})
  void connectsOverAnAddressOfEitherVersion(String host) throws Exception {
    assumeTrue(!host.contains(":") || hasIpv6());
    InetAddress address = InetAddress.getByName(host);
    ListenSocket socket = listen(new InetSocketAddress(address, 0));

    assertThat(((InetSocketAddress) socket.localAddress()).getAddress()).isEqualTo(address);
    connectsTo(socket.localAddress());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void theWildcardServesBothVersions(String host) throws Exception {
    assumeTrue(hasIpv6());
    ListenSocket socket = listen(new InetSocketAddress(InetAddress.getByName(host), 0));

    connectsTo(new InetSocketAddress("127.0.0.1", port(socket)));
    connectsTo(new InetSocketAddress("::1", port(socket)));
  }

  @Test
  void eachVersionHasAWildcardOfItsOwn_atOnePort() throws Exception {
    assumeTrue(hasIpv6());
    ListenSocket four = loop.keep(loop.provider.bindWildcard(INET, 0, 16, Map.of()));
    ListenSocket six = loop.provider.bindWildcard(INET6, port(four), 16, Map.of());
    loop.poller.accept(six, Map.of(), acceptor);

    assertThat(four.localAddress()).isEqualTo(new InetSocketAddress("0.0.0.0", port(four)));
    assertThat(six.localAddress()).isEqualTo(new InetSocketAddress("::", port(four)));
    connectsTo(new InetSocketAddress("::1", port(four)));
    loop.keep(SocketChannel.open(new InetSocketAddress("127.0.0.1", port(four))));
    assertThat(acceptor.sockets).as("it reached the other one").isEmpty();
  }

  @Test
  void aWildcardThatServesBothVersionsLeavesNoRoomForOne() throws Exception {
    assumeTrue(hasIpv6());
    ListenSocket both = listen(new InetSocketAddress(0));
    for (StandardProtocolFamily version : List.of(INET, INET6)) {
      assertThatThrownBy(() -> loop.provider.bindWildcard(version, port(both), 16, Map.of()))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void theOwnAddressOfASocketThatNobodyAskedForStaysAfterClose() throws Exception {
    ListenSocket socket = listen(new InetSocketAddress(0));
    SocketChannel peer =
        loop.keep(SocketChannel.open(new InetSocketAddress("127.0.0.1", port(socket))));
    StreamSocket accepted = accept();
    TestEndpoint endpoint = loop.attach(accepted, new TestEndpoint());
    endpoint.handle().close();
    loop.until(() -> endpoint.events.contains("closed"));

    assertThat(endpoint.handle().localAddress()).isEqualTo(peer.getRemoteAddress());
  }

  @Test
  void connectingToTheWildcardTellsWhomItReached() throws Exception {
    ListenSocket socket = listen(new InetSocketAddress("127.0.0.1", 0));
    TestEndpoint endpoint = loop.connect(new InetSocketAddress("0.0.0.0", port(socket)));
    loop.until(() -> endpoint.events.contains("connected"));

    assertThat(endpoint.handle().remoteAddress()).isEqualTo(socket.localAddress());
    accept();
  }

  @Test
  void aLocalAddressOfTheOtherVersionIsRefused() throws Exception {
    ListenSocket socket = listen(new InetSocketAddress("127.0.0.1", 0));

    assertThatThrownBy(
            () ->
                loop.poller.connect(
                    socket.localAddress(),
                    new InetSocketAddress("::1", 0),
                    Map.of(),
                    new TestEndpoint()))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("0:0:0:0:0:0:0:1")
        .hasMessageContaining("same kind");
  }

  @Test
  void aWildcardOfTheOtherVersionIsAFineLocalAddress() throws Exception {
    ListenSocket socket = listen(new InetSocketAddress("127.0.0.1", 0));
    TestEndpoint endpoint = new TestEndpoint();
    endpoint.dispatching = true;
    loop.poller.connect(socket.localAddress(), new InetSocketAddress("::", 0), Map.of(), endpoint);
    loop.until(() -> endpoint.events.contains("connected"));
    accept();
  }

  @Test
  void aNameThatIsNotResolvedIsRefused() {
    InetSocketAddress address = InetSocketAddress.createUnresolved("example.org", 80);

    assertThatThrownBy(() -> loop.connect(address)).isInstanceOf(UnresolvedAddressException.class);
    assertThatThrownBy(() -> loop.provider.bind(address, 1))
        .isInstanceOf(UnresolvedAddressException.class);
  }

  @Test
  void anAbstractNameHasNoFile_isSeenByOthers_andIsFreeAfterClose() throws Exception {
    String name = "@netpoll-" + ProcessHandle.current().pid();
    ListenSocket socket = listen(UnixDomainSocketAddress.of(name));
    assertThat(socket.localAddress()).isEqualTo(UnixDomainSocketAddress.of(name));
    assertThat(Path.of(name)).doesNotExist();

    TestEndpoint endpoint = loop.connect(socket.localAddress());
    loop.until(() -> endpoint.events.contains("connected"));
    assertThat(accept().localAddress()).isEqualTo(socket.localAddress());
    assertThatThrownBy(() -> loop.provider.bind(socket.localAddress(), 1))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("EADDRINUSE");
    loop.closePoller();
    loop.provider.bind(socket.localAddress(), 1).close();
  }

  @Test
  void theEmptyPathLetsTheSystemChooseAnAbstractName() throws Exception {
    ListenSocket socket = listen(UnixDomainSocketAddress.of(""));
    assertThat(socket.localAddress().toString()).matches("@[0-9a-f]+");

    TestEndpoint endpoint = loop.connect(socket.localAddress());
    loop.until(() -> endpoint.events.contains("connected"));
    assertThat(accept().remoteAddress()).as("no name").isEqualTo(UnixDomainSocketAddress.of(""));
  }

  @Test
  void pathsOfEveryLengthThatFits() throws Exception {
    for (int length = 1; length <= 107; length++) {
      SocketAddress file = UnixDomainSocketAddress.of("x".repeat(length));
      SocketAddress name = UnixDomainSocketAddress.of("@" + "x".repeat(length));
      Memory memory = Memory.allocate(Addresses.SIZE);
      for (SocketAddress address : new SocketAddress[] {file, name}) {
        int size = Addresses.encode(address, Libc.AF_UNIX, memory);
        memory.bytes.putInt(128, size);
        assertThat(Addresses.decode(memory)).isEqualTo(address);
      }
    }
  }

  /** A client may bind whatever bytes it likes. */
  @ParameterizedTest
  @ValueSource(strings = {"US-ASCII", "UTF-8", "ISO-8859-1", "EUC-JP", "UTF-16", "GB18030"})
  void everyNameOfAPeerCanBeRead_inEveryEncodingOfPaths(String paths) {
    Random random = new Random(7);
    for (int i = 0; i < 5000; i++) {
      byte[] name = new byte[1 + random.nextInt(108)];
      random.nextBytes(name);
      for (int at = 0; at < name.length; at++) {
        name[at] = name[at] == 0 ? (byte) '@' : name[at];
      }
      assertThat(Addresses.unixAddress(name, Charset.forName(paths))).isNotNull();
    }
  }

  @Test
  void whatAPathCannotHoldIsWrittenInAscii() {
    byte[] name = {'/', (byte) 0xc3, (byte) 0xa9, '~', (byte) 0xff};
    assertThat(Addresses.unixAddress(name, StandardCharsets.US_ASCII))
        .hasToString("/\\xc3\\xa9~\\xff");
    assertThat(Addresses.unixAddress(name, StandardCharsets.UTF_8))
        .hasToString("/\\xc3\\xa9~\\xff");
    assertThat(Addresses.unixAddress(new byte[] {'/', 'x'}, StandardCharsets.US_ASCII))
        .hasToString("/x");
  }

  @Test
  void aPeerWhoseNameIsNoPathIsAcceptedLikeOthers() throws Exception {
    ListenSocket socket = listen(Loop.unix(directory.resolve("server")));
    String unique = "\0m" + ProcessHandle.current().pid();
    byte[] name = (unique + "\0x\u00ff").getBytes(StandardCharsets.ISO_8859_1);
    int fd = Kernel.socket(AddressFamily.AF_UNIX, Sock.SOCK_STREAM);
    try {
      Kernel.bind(fd, Kernel.unixAddress(name));
      Kernel.connect(fd, socket.localAddress());
      assertThat(accept().remoteAddress()).hasToString(unique.replace('\0', '@') + "@x\\xff");
    } finally {
      Kernel.close(fd);
    }
  }

  @Test
  void aPathThatIsTooLongIsRefused() {
    SocketAddress tooLong = Loop.unix(directory.resolve("x".repeat(108)));

    assertThatThrownBy(() -> loop.provider.bind(tooLong, 1))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> loop.connect(tooLong)).isInstanceOf(SocketException.class);
  }

  @Test
  void aPathBeyondAsciiIsKept() throws Exception {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")));
    ListenSocket socket = listen(Loop.unix(directory.resolve("größe-\u4e16")));
    connectsTo(socket.localAddress());
  }

  @Test
  void theScopeOfAnIpv6AddressIsKept() throws Exception {
    byte[] linkLocal = InetAddress.getByName("fe80::1:2").getAddress();
    SocketAddress address =
        new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 80);
    Memory memory = Memory.allocate(Addresses.SIZE);
    memory.bytes.putInt(128, Addresses.encode(address, Libc.AF_INET6, memory));

    InetSocketAddress decoded = (InetSocketAddress) Addresses.decode(memory);
    assertThat(decoded).isEqualTo(address);
    assertThat(((Inet6Address) decoded.getAddress()).getScopeId()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3.4", "255.254.253.252", "::1:2", "fe80::1:2", "1::ffff:1.2.3.4"})
  void anAcceptedSocketKeepsTheAddressOfItsPeer(String host) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), 65_533);
    assertThat(accepted(address, Addresses.family(address))).isEqualTo(address);
    assertThat(accepted(address, Libc.AF_INET6)).isEqualTo(address);
  }

  @Test
  void anAcceptedUnixSocketKeepsTheAddressOfItsPeer() throws Exception {
    SocketAddress name = UnixDomainSocketAddress.of("@name");
    assertThat(accepted(name, Libc.AF_UNIX)).isEqualTo(name);
  }

  private static SocketAddress accepted(SocketAddress remote, int family) throws Exception {
    Memory memory = Memory.allocate(Addresses.SIZE);
    memory.bytes.putInt(128, Addresses.encode(remote, family, memory));
    EpollStreamSocket socket = EpollStreamSocket.accepted(-1, null, memory, false);
    assertThat(socket.isUnix()).isEqualTo(family == Libc.AF_UNIX);
    return socket.remoteAddress();
  }
}
