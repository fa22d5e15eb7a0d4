package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Handle;
import io.netpoll.testkit.Bench.Connected;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How connections of the fake backend come to be. */
@ExtendWith(FakeNetworkCheck.class)
class FakeConnectTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final UnixDomainSocketAddress PATH = UnixDomainSocketAddress.of("/fake/socket");

  private final TestEndpoint endpoint = new TestEndpoint();
  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void portZeroIsAFreePort() throws IOException {
    assertThat(((InetSocketAddress) bench.address()).getPort()).isPositive();
    assertThatThrownBy(() -> bench.provider.bind(bench.address(), 1))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("Address already in use");
    assertThatThrownBy(() -> bench.provider.bind(new InetSocketAddress("192.0.2.1", 0), 1))
        .isInstanceOf(BindException.class);
  }

  @Test
  void aListenerForEveryLocalAddressIsReachedAtEach() throws Exception {
    try (FakeListener all = FakeNetwork.listen(new InetSocketAddress("0.0.0.0", 0))) {
      int port = ((InetSocketAddress) all.address()).getPort();
      SocketAddress one = new InetSocketAddress("127.0.0.2", port);
      FakeNetwork.connect(one);
      assertThat(all.accept(SOON).localAddress()).isEqualTo(one);
    }
  }

  @Test
  void closingTheHandleFreesTheAddressBeforeItReturns() throws IOException {
    bench.listening.close();
    assertThatThrownBy(() -> FakeNetwork.connect(bench.address()))
        .isInstanceOf(ConnectException.class);
    bench.provider.bind(bench.address(), 1).close();
    bench.run();
    assertThat(bench.events).containsExactly("closed");
  }

  @Test
  void connectionsWaitWhileAcceptingIsPaused() throws Exception {
    bench.listening.pauseInput();
    FakePeer peer = FakeNetwork.connect(bench.address());
    bench.run();
    assertThat(bench.accepted).isEmpty();
    bench.listening.resumeInput();
    bench.run();
    assertThat(bench.accepted).hasSize(1);
    bench.accepted.get(0).close();
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  @Test
  void aFailedAcceptLeavesTheConnectionQueued() throws IOException {
    FakeNetwork.failNext(Fault.ACCEPT, "Too many open files");
    FakeNetwork.connect(bench.address());
    bench.run();
    assertThat(bench.events).containsExactly("failed: Too many open files");
    bench.listening.resumeInput();
    bench.run();
    assertThat(bench.accepted).hasSize(1);
  }

  @Test
  void aFullBacklogRefuses() throws IOException {
    for (int i = 0; i < 16; i++) {
      FakeNetwork.connect(bench.address());
    }
    assertThatThrownBy(() -> FakeNetwork.connect(bench.address())).hasMessageContaining("backlog");
  }

  @Test
  void anAttachedSocketReportsNothingBeforeResume() throws IOException {
    FakePeer peer = FakeNetwork.connect(bench.address());
    peer.send("early");
    bench.run();
    Handle handle = bench.poller.attach(bench.accepted.get(0), endpoint);
    endpoint.handle = handle;
    bench.run();
    assertThat(endpoint.arrivedText()).isEmpty();
    handle.resumeInput();
    bench.run();
    assertThat(endpoint.arrivedText()).isEqualTo("early");
  }

  @Test
  void aFailedAttachClosesTheSocket() throws Exception {
    FakePeer peer = FakeNetwork.connect(bench.address());
    bench.run();
    FakeNetwork.failNext(Fault.ATTACH, "Cannot allocate memory");
    assertThatThrownBy(() -> bench.poller.attach(bench.accepted.get(0), endpoint))
        .hasMessage("Cannot allocate memory");
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  @Test
  void connectingReachesATestsListener() throws Exception {
    try (FakeListener listener = FakeNetwork.listen(Bench.anyPort())) {
      Handle handle =
          bench.poller.connect(
              listener.address(), null, Map.of(StandardSocketOptions.TCP_NODELAY, true), endpoint);
      endpoint.handle = handle;
      FakePeer peer = listener.accept(SOON);
      assertThat(endpoint.events).isEmpty();
      bench.run();
      assertThat(endpoint.events).containsExactly("connected");
      assertThat(peer.optionsOfLibrarySide()).hasSize(1);
      assertThat(peer.remoteAddress()).isEqualTo(handle.localAddress());
      handle.resumeInput();
      peer.send("hello");
      bench.run();
      assertThat(endpoint.arrivedText()).isEqualTo("hello");
      assertThatThrownBy(() -> listener.accept(Duration.ZERO)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void bothEndsMayBeTheLibrarys() throws IOException {
    endpoint.handle = bench.poller.connect(bench.address(), null, Map.of(), endpoint);
    bench.run();
    TestEndpoint server = new TestEndpoint();
    server.handle = bench.poller.attach(bench.accepted.get(0), server);
    server.handle.resumeInput();
    endpoint.queue("to the server");
    assertThat(endpoint.send()).isTrue();
    bench.run();
    assertThat(server.arrivedText()).isEqualTo("to the server");
  }

  @Test
  void aRefusedConnectIsAnEvent() throws IOException {
    Handle handle = bench.poller.connect(Bench.anyPort(), null, Map.of(), endpoint);
    assertThat(endpoint.events).isEmpty();
    bench.run();
    assertThat(endpoint.events).hasSize(1).first().asString().startsWith("failed: Connection ref");
    handle.close();
    bench.run();
    assertThat(endpoint.events).hasSize(2).last().isEqualTo("closed");
  }

  @Test
  void aBlackHoleNeverAnswers() throws IOException {
    FakeNetwork.blackHole(bench.address());
    Handle handle = bench.poller.connect(bench.address(), null, Map.of(), endpoint);
    bench.run();
    assertThat(endpoint.events).isEmpty();
    handle.close();
    bench.run();
    assertThat(endpoint.events).containsExactly("closed");
  }

  @Test
  void aSystemThatRefusesToConnectThrows() {
    FakeNetwork.failNext(Fault.CONNECT, "Cannot assign requested address");
    assertThatThrownBy(() -> bench.poller.connect(bench.address(), null, Map.of(), endpoint))
        .hasMessage("Cannot assign requested address");
  }

  @Test
  void unixDomainSocketsHaveNoResetAndAreRefusedAtOnce() throws Exception {
    assertThatThrownBy(() -> bench.poller.connect(PATH, null, Map.of(), endpoint))
        .isInstanceOf(ConnectException.class);
    try (FakeListener listener = FakeNetwork.listen(PATH)) {
      Handle handle = bench.poller.connect(PATH, null, Map.of(), endpoint);
      bench.run();
      handle.abort();
      assertThat(listener.accept(SOON).awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @Test
  void plannedFaultsOfTransferFailTheEndpointOrTheCall() throws IOException {
    Connected sending = bench.connect();
    sending.endpoint().queue("x");
    FakeNetwork.failNext(Fault.SEND, "No route to host");
    assertThatThrownBy(() -> sending.endpoint().send()).hasMessage("No route to host");
    Connected receiving = bench.connect();
    receiving.peer().send("x");
    FakeNetwork.failNext(Fault.RECEIVE, "Connection timed out");
    bench.run();
    assertThat(receiving.endpoint().events).containsExactly("failed: Connection timed out");
  }

  @Test
  void whatIsOpenIsListed() throws IOException {
    Connected c = bench.connect();
    assertThatThrownBy(FakeNetwork::assertNothingOpen)
        .hasMessageContaining("fake poller")
        .hasMessageContaining("listening socket")
        .hasMessageContaining(c.handle().toString());
    bench.close();
    FakeNetwork.assertNothingOpen();
  }
}
