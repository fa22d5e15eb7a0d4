package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says of itself, and the listening sockets it binds. */
abstract class ProviderContract extends PollerSuite {

  @Test
  void isFoundUnderItsName() {
    PollerProvider provider = provider();

    assertThat(provider.name()).matches("[a-z0-9]+");
    assertThat(ServiceLoader.load(PollerProvider.class))
        .filteredOn(found -> found.name().equals(provider.name()))
        .singleElement()
        .isInstanceOf(provider.getClass());
  }

  @Test
  void isAvailable_andAskingHoldsNothing() {
    final int before = descriptors();

    assertThat(provider().availability().available()).isTrue();
    assertThat(provider().availability().reason()).isEmpty();
    assertThat(descriptors()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void bind_queuesConnectionsBeforeAnyPollerWatches(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    try (ListenSocket socket = provider().bind(kind.free(directory), 16);
        SocketChannel early = SocketChannel.open(socket.localAddress())) {
      assertThat(early.isConnected()).isTrue();
    }
  }

  @Test
  void bind_tellsTheChosenPort_alsoAfterClose() throws Exception {
    ListenSocket socket = provider().bind(SocketKind.TCP.free(directory), 16);
    socket.close();

    assertThat(((InetSocketAddress) socket.localAddress()).getPort()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void bind_refusesAnAddressInUse(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    int before = descriptors();
    try (ListenSocket socket = provider().bind(kind.free(directory), 16)) {
      assertThatThrownBy(() -> provider().bind(socket.localAddress(), 16))
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith(
              "binding " + SystemRefusal.text(socket.localAddress()) + " failed: ")
          .hasMessageContaining("in use")
          .hasMessageNotContaining("ephemeral");
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void bind_refusesAnAddressThatIsNotLocal() {
    assertThatThrownBy(() -> provider().bind(new InetSocketAddress("192.0.2.1", 0), 16))
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("binding 192.0.2.1:0 failed: Cannot assign requested address");
  }

  @Test
  void bind_refusesADirectoryThatDoesNotExist() {
    SocketKind.UNIX.assumeProvidedBy(provider());
    Path file = directory.resolve("nowhere").resolve("socket");
    assertThatThrownBy(() -> provider().bind(UnixDomainSocketAddress.of(file), 16))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("binding unix:" + file + " failed: No such file");
  }

  /** In the working directory: only there is a name that starts so no path of a directory. */
  @Test
  void anAbstractNameMakesNoFile_orIsRefused() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    var name = UnixDomainSocketAddress.of("@netpoll-contract-" + System.nanoTime());
    ListenSocket socket;
    try {
      socket = provider().bind(name, 16);
    } catch (UnsupportedOperationException e) {
      assertThat(e).hasMessageContaining("abstract").hasMessageContaining("./" + name);
      SocketAddress server = stage.keep(SocketKind.UNIX.listen(directory)).getLocalAddress();
      assertThatThrownBy(() -> stage.connect(name)).hasMessage(e.getMessage());
      assertThatThrownBy(() -> stage.connect(server, name, Map.of())).hasMessage(e.getMessage());
      assertThat(name.getPath()).doesNotExist();
      return;
    }
    try (socket) {
      assertThat(socket.localAddress()).isEqualTo(name);
      assertThat(name.getPath()).doesNotExist();
      stage.untilTold(stage.connect(name), "connected");
    }
  }

  @Test
  void aFileWhoseNameLooksAbstractIsWrittenWithADot() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    var path = UnixDomainSocketAddress.of("./@netpoll-contract-" + System.nanoTime());
    try (ListenSocket listening = provider().bind(path, 16)) {
      assertThat(listening.localAddress()).isEqualTo(path);
      assertThat(path.getPath()).exists();
      stage.untilTold(stage.connect(path), "connected");
    }
    assertThat(path.getPath()).doesNotExist();
  }

  @Test
  void bind_refusesOtherKindsOfAddress() {
    SocketAddress other =
        new SocketAddress() {
          private static final long serialVersionUID = 1;

          @Override
          public String toString() {
            return "other:1";
          }
        };

    assertThatThrownBy(() -> provider().bind(other, 16))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("other:1");
  }

  @Test
  void bindWildcard_ofIpv4_isReachedByIpv4Alone() throws Exception {
    try (ListenSocket socket =
        provider().bindWildcard(StandardProtocolFamily.INET, 0, 16, Map.of())) {
      InetSocketAddress local = (InetSocketAddress) socket.localAddress();
      assertThat(local.getAddress()).isEqualTo(InetAddress.getByName("0.0.0.0"));
      assertReached("127.0.0.1", local.getPort());
      assertRefused("::1", local.getPort());
    }
  }

  @Test
  void bindWildcard_ofIpv6_isReachedByIpv6Alone_besideIpv4_orRefused() throws Exception {
    assumeTrue(isLocal("::1"), "There is no ::1.");
    ListenSocket four = provider().bindWildcard(StandardProtocolFamily.INET, 0, 16, Map.of());
    int port = ((InetSocketAddress) four.localAddress()).getPort();
    try (ListenSocket six =
        provider().bindWildcard(StandardProtocolFamily.INET6, port, 16, Map.of())) {
      assertThat(six.localAddress()).isEqualTo(new InetSocketAddress("::", port));
      assertReached("::1", port);
      assertReached("127.0.0.1", port);
      four.close();
      assertReached("::1", port);
      assertRefused("127.0.0.1", port);
    } catch (UnsupportedOperationException cannotLeaveIpv4Out) {
      assertThat(cannotLeaveIpv4Out)
          .hasMessageContaining(provider().name())
          .hasMessageContaining("port " + port)
          .hasMessageContaining("take the network tcp");
    } finally {
      four.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void bind_ofAWildcard_isReachedByBothVersions(String wildcard) throws Exception {
    assumeTrue(isLocal("::1"), "There is no ::1.");
    try (ListenSocket socket = provider().bind(new InetSocketAddress(wildcard, 0), 16)) {
      InetSocketAddress local = (InetSocketAddress) socket.localAddress();
      assertThat(local.getAddress()).isEqualTo(InetAddress.getByName("::"));
      assertReached("127.0.0.1", local.getPort());
      assertReached("::1", local.getPort());
    }
  }

  private static boolean isLocal(String host) throws IOException {
    return NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null;
  }

  private static void assertReached(String host, int port) throws IOException {
    try (SocketChannel peer = SocketChannel.open(new InetSocketAddress(host, port))) {
      assertThat(peer.isConnected()).isTrue();
    }
  }

  private static void assertRefused(String host, int port) {
    assertThatThrownBy(() -> SocketChannel.open(new InetSocketAddress(host, port)).close())
        .isInstanceOf(SocketException.class);
  }

  @ParameterizedTest
  @EnumSource
  void close_freesTheAddress_andDoesNothingTwice(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    ListenSocket first = provider().bind(kind.free(directory), 16);
    first.close();

    try (ListenSocket second = provider().bind(first.localAddress(), 16);
        SocketChannel peer = SocketChannel.open(second.localAddress())) {
      first.close();

      assertThat(peer.isConnected()).isTrue();
      try (SocketChannel another = SocketChannel.open(second.localAddress())) {
        assertThat(another.isConnected()).isTrue();
      }
    }
  }

  @Test
  void close_deletesTheFileOfAUnixSocket() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    Path file = directory.resolve("mine");
    provider().bind(UnixDomainSocketAddress.of(file), 16).close();

    assertThat(file).doesNotExist();
  }

  @Test
  void close_sparesAFileThatSomebodyElseBoundInItsPlace() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    Path file = directory.resolve("shared");
    ListenSocket first = provider().bind(UnixDomainSocketAddress.of(file), 16);
    Files.delete(file);
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(file));
      first.close();

      assertThat(file).exists();
    }
  }
}
