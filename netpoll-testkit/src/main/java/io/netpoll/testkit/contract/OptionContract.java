package io.netpoll.testkit.contract;

import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.SocketOptions;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Options: what is declared can be set in all three ways; what is not is refused by its name. */
abstract class OptionContract extends PollerSuite {
  private static final SocketOption<Boolean> UNKNOWN =
      new SocketOption<>() {
        @Override
        public String name() {
          return "NOT_AN_OPTION";
        }

        @Override
        public Class<Boolean> type() {
          return Boolean.class;
        }
      };

  private static final Map<SocketOption<?>, Object> KNOWN =
      Map.of(
          TCP_NODELAY,
          true,
          SO_KEEPALIVE,
          true,
          SO_REUSEADDR,
          true,
          SO_SNDBUF,
          50_000,
          SO_RCVBUF,
          50_000,
          SO_LINGER,
          3,
          SocketOptions.TCP_KEEPIDLE,
          77,
          SocketOptions.TCP_KEEPINTERVAL,
          7,
          SocketOptions.TCP_KEEPCOUNT,
          3);

  /** The well-known options that the backend declares for a kind of socket. */
  private Map<SocketOption<?>, Object> declared(SocketKind kind) {
    Map<SocketOption<?>, Object> options = new HashMap<>(KNOWN);
    options.keySet().retainAll(provider().supportedOptions(kind == SocketKind.UNIX));
    return options;
  }

  @Test
  void tcpSocketsHaveTheOptionsThatTheEngineNeeds() {
    Set<SocketOption<?>> options = provider().supportedOptions(false);

    assertThat(options).contains(TCP_NODELAY, SO_KEEPALIVE);
    assertThat(provider().supportedOptions(true)).doesNotContain(TCP_NODELAY);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDeclaredCanBeSet_onAcceptedSocketsAndLater(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    RecordingAcceptor acceptor = new RecordingAcceptor();
    ListenSocket listening = stage.keep(provider().bind(kind.free(directory), 1));
    Map<SocketOption<?>, Object> options = declared(kind);
    stage.poller().accept(listening, options, acceptor);
    options.clear(); // the poller has its own copy
    SocketChannel peer = stage.keep(SocketChannel.open(listening.localAddress()));
    stage.until(() -> !acceptor.sockets.isEmpty());

    var pair =
        new SocketPair(stage.attach(acceptor.sockets.remove(), new RecordingEndpoint()), peer);
    for (Map.Entry<SocketOption<?>, Object> option : declared(kind).entrySet()) {
      set(pair, option.getKey(), option.getValue());
    }
    pair.endpoint().write("works");
    assertThat(pair.endpoint().send()).isTrue();
    assertThat(pair.peerReads(5)).isEqualTo("works");
  }

  @SuppressWarnings("unchecked")
  private static <T> void set(SocketPair pair, SocketOption<T> option, Object value)
      throws IOException {
    pair.handle().setOption(option, (T) value);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDeclaredCanBeSet_beforeConnecting(SocketKind kind) throws Exception {
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress(), null, declared(kind));
    stage.untilTold(endpoint, "connected");
  }

  @ParameterizedTest
  @EnumSource
  void aSmallerSendBufferTakesLess_howeverItWasSet(SocketKind kind) throws Exception {
    kind.assumeProvidedBy(provider());
    Map<SocketOption<?>, Object> small = Map.of(SO_SNDBUF, 4096);
    assumeTrue(
        declared(kind).containsKey(SO_SNDBUF), "The backend cannot set the size of send buffers.");
    final int usual = pair(kind).fill();

    var later = pair(kind);
    later.handle().setOption(SO_SNDBUF, 4096);
    ServerSocketChannel server = listen(kind);
    RecordingEndpoint dialled = stage.connect(server.getLocalAddress(), null, small);
    stage.untilTold(dialled, "connected");
    var before = new SocketPair(dialled, stage.keep(server.accept()));

    assertThat(later.fill()).isLessThan(usual);
    assertThat(before.fill()).isLessThan(usual);
  }

  @Test
  void anOptionThatIsNotDeclaredIsRefusedByName_everywhere() throws Exception {
    ServerSocketChannel server = listen(anyKind());
    var pair = pair();
    Map<SocketOption<?>, Object> unknown = Map.of(UNKNOWN, true);
    try (ListenSocket listening = provider().bind(SocketKind.TCP.free(directory), 1)) {
      assertRefused(() -> stage.connect(server.getLocalAddress(), null, unknown));
      assertRefused(() -> pair.handle().setOption(UNKNOWN, true));
      assertRefused(() -> stage.poller().accept(listening, unknown, new RecordingAcceptor()));
      // The refused socket stays its owner's.
      stage.poller().accept(listening, Map.of(), new RecordingAcceptor()).close();
    }
  }

  @Test
  void unixSocketsHaveNoTcpOptions() throws Exception {
    ServerSocketChannel server = listen(SocketKind.UNIX);
    var pair = pair(SocketKind.UNIX);
    Map<SocketOption<?>, Object> noDelay = Map.of(TCP_NODELAY, true);

    assertThatThrownBy(() -> stage.connect(server.getLocalAddress(), null, noDelay))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
    assertThatThrownBy(() -> pair.handle().setOption(TCP_NODELAY, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
  }

  @Test
  void aWrongValueIsRefused_beforeAnyConnection() throws Exception {
    Map<SocketOption<?>, Object> wrong = Map.of(TCP_NODELAY, "yes");
    try (ListenSocket listening = provider().bind(SocketKind.TCP.free(directory), 1)) {
      assertThatThrownBy(() -> stage.poller().accept(listening, wrong, new RecordingAcceptor()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("yes");
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("NOT_AN_OPTION");
  }

  /** TCP_KEEPIDLE is one of the few of which the system refuses some values. */
  @Test
  void aValueThatTheSystemRefuses_isToldWithTheOptionAndTheAddress() throws Exception {
    assumeTrue(
        provider().supportedOptions(false).stream()
            .anyMatch(option -> option.name().equals(SocketOptions.TCP_KEEPIDLE.name())),
        "The backend has no TCP_KEEPIDLE.");
    ServerSocketChannel server = listen(SocketKind.TCP);
    String message =
        "setting TCP_KEEPIDLE to 100000 on the socket of "
            + SystemRefusal.text(server.getLocalAddress())
            + " failed: Invalid argument";
    Map<SocketOption<?>, Object> wrong = Map.of(SocketOptions.TCP_KEEPIDLE, 100_000);
    assertThatThrownBy(() -> stage.connect(server.getLocalAddress(), null, wrong))
        .isInstanceOf(SocketException.class)
        .hasMessageStartingWith(message);
    RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
    stage.untilTold(endpoint, "connected");
    assertThatThrownBy(() -> endpoint.handle().setOption(SocketOptions.TCP_KEEPIDLE, 100_000))
        .isInstanceOf(SocketException.class)
        .hasMessageStartingWith(message);
  }
}
