package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EpollPollerProviderTest {
  @TempDir Path directory;

  private final EpollPollerProvider provider = new EpollPollerProvider();

  @Test
  void isFoundUnderItsName() {
    assertThat(ServiceLoader.load(PollerProvider.class))
        .filteredOn(EpollPollerProvider.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            EpollPollerProvider.class,
            found -> {
              assertThat(found.name()).isEqualTo("epoll");
              assertThat(found.priority()).isEqualTo(100);
              assertThat(found.threadAffine()).isFalse();
            });
  }

  @Test
  void isAvailable() {
    long before = Loop.descriptors();

    assertThat(provider.availability().available()).isTrue();
    assertThat(provider.availability().reason()).isEmpty();
    assertThat(Loop.descriptors()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void bind_queuesConnectionsBeforeAnyPollerWatches(Kind kind) throws Exception {
    try (ListenSocket socket = provider.bind(kind.free(directory), 16);
        SocketChannel early = SocketChannel.open(socket.localAddress())) {
      assertThat(early.isConnected()).isTrue();
    }
  }

  @Test
  void bind_tellsTheChosenPort_alsoAfterClose() throws Exception {
    ListenSocket socket = provider.bind(Kind.TCP.free(directory), 16);
    socket.close();

    assertThat(((InetSocketAddress) socket.localAddress()).getPort()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void bind_refusesAnAddressInUse(Kind kind) throws Exception {
    long before = Loop.descriptors();
    try (ListenSocket socket = provider.bind(kind.free(directory), 16)) {
      assertThatThrownBy(() -> provider.bind(socket.localAddress(), 16))
          .isInstanceOf(BindException.class);
    }
    assertThat(Loop.descriptors()).isEqualTo(before);
  }

  @Test
  void bind_refusesAnAddressThatIsNotLocal() {
    assertThatThrownBy(() -> provider.bind(new InetSocketAddress("192.0.2.1", 0), 16))
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

    assertThatThrownBy(() -> provider.bind(other, 16))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("other:1");
  }

  @ParameterizedTest
  @EnumSource
  void close_freesTheAddress_andDoesNothingTwice(Kind kind) throws Exception {
    ListenSocket first = provider.bind(kind.free(directory), 16);
    first.close();

    try (ListenSocket second = provider.bind(first.localAddress(), 16);
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
    Path file = directory.resolve("mine");
    provider.bind(Loop.unix(file), 16).close();

    assertThat(file).doesNotExist();
  }

  @Test
  void close_sparesAFileThatSomebodyElseBoundInItsPlace() throws Exception {
    Path file = directory.resolve("shared");
    ListenSocket first = provider.bind(Loop.unix(file), 16);
    Files.delete(file);
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(Loop.unix(file));
      first.close();

      assertThat(file).exists();
    }
  }
}
