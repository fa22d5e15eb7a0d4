package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
          .isInstanceOf(BindException.class);
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void bind_refusesAnAddressThatIsNotLocal() {
    assertThatThrownBy(() -> provider().bind(new InetSocketAddress("192.0.2.1", 0), 16))
        .isInstanceOf(BindException.class);
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
