package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.DialTimeoutException;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dialling, and what may come of it. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class EngineDialerTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private PollerGroup group;
  private Dialer dialer;

  @BeforeEach
  void open() throws Exception {
    group = PollerGroup.builder().backend("fake").build();
    dialer = Dialer.builder().group(group).build();
  }

  @AfterEach
  void close() {
    group.close();
  }

  private static FakeListener listen() throws Exception {
    return FakeNetwork.listen(new InetSocketAddress("127.0.0.1", 0));
  }

  private static int port(FakeListener listener) {
    return ((InetSocketAddress) listener.address()).getPort();
  }

  @Test
  void aDialledConnectionReadsAndWrites() throws Exception {
    try (FakeListener listener = listen()) {
      Connection near = dialer.connect("tcp", "127.0.0.1:" + port(listener), SOON);
      FakePeer far = listener.accept(SOON);
      near.writer().writeString("ping");
      near.writer().flush();
      assertThat(far.receiveText(4, SOON)).isEqualTo("ping");
      far.send("pong");
      assertThat(near.reader().readString(4)).isEqualTo("pong");
      assertThat(near.remoteAddress()).isEqualTo(listener.address());
      near.close();
      assertThat(far.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @Test
  void aHostNameIsResolved() throws Exception {
    try (FakeListener listener = listen()) {
      Connection near = dialer.connect("tcp4", "localhost:" + port(listener), SOON);
      assertThat(near.isActive()).isTrue();
      Connection again =
          dialer.connectTcp(
              null, InetSocketAddress.createUnresolved("localhost", port(listener)), SOON);
      assertThat(again.isActive()).isTrue();
    }
  }

  @Test
  void anUnknownHostSaysSo() {
    assertThatThrownBy(() -> dialer.connect("tcp", "no-such-host.invalid:1", SOON))
        .isInstanceOf(UnknownHostException.class);
    assertThatThrownBy(() -> dialer.connect("tcp6", "127.0.0.1:1", SOON))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("tcp6");
  }

  @Test
  void aRefusedDialNamesTheAddress() {
    assertThatThrownBy(() -> dialer.connect("tcp", "127.0.0.1:1", SOON))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageContaining("failed after");
  }

  @Test
  void anAbsentUnixSocketNamesThePath() {
    assertThatThrownBy(
            () -> dialer.connectUnix(null, UnixDomainSocketAddress.of("/no/such/socket"), SOON))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("unix:/no/such/socket");
  }

  @Test
  void aDialThatIsNotAnsweredEndsInTimeAndLeavesNothing() {
    InetSocketAddress hole = new InetSocketAddress("127.0.0.1", 9);
    FakeNetwork.blackHole(hole);
    assertThatThrownBy(() -> dialer.connect("tcp", "127.0.0.1:9", Duration.ofMillis(50)))
        .isInstanceOf(DialTimeoutException.class)
        .hasMessageContaining("127.0.0.1:9");
    Eventually.holds("nothing is left", () -> group.connections() == 0);
  }

  @Test
  void anInterruptEndsADial() throws Exception {
    FakeNetwork.blackHole(new InetSocketAddress("127.0.0.1", 9));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              try {
                dialer.connect("tcp", "127.0.0.1:9", SOON);
              } catch (Throwable t) {
                thrown.set(t);
              }
              done.countDown();
            });
    caller.start();
    Eventually.holds("the caller waits", () -> caller.getState() == Thread.State.TIMED_WAITING);
    caller.interrupt();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void wrongArgumentsAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> dialer.connect("tcp", "127.0.0.1:1", Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
    assertThatThrownBy(() -> dialer.connect("udp", "127.0.0.1:1", SOON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("udp");
    assertThatThrownBy(() -> dialer.connect("tcp", "127.0.0.1:0", SOON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Port 0");
    InetSocketAddress local = new InetSocketAddress("::1", 0);
    InetSocketAddress remote = new InetSocketAddress("127.0.0.1", 1);
    assertThatThrownBy(() -> dialer.connectTcp(local, remote, SOON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("127.0.0.1:1 cannot be dialled")
        .hasMessageContaining("[0:0:0:0:0:0:0:1]:0");
  }

  @Test
  void socketOptionsAreSetAndThoseThatTheBackendLacksAreRefused() throws Exception {
    try (FakeListener listener = listen()) {
      Dialer tuned =
          Dialer.builder()
              .group(group)
              .option(StandardSocketOptions.SO_RCVBUF, 12345)
              .idleTimeout(Duration.ofSeconds(7))
              .build();
      tuned.connect("tcp", "127.0.0.1:" + port(listener), SOON);
      var options = listener.accept(SOON).optionsOfLibrarySide();
      assertThat(options)
          .containsEntry(StandardSocketOptions.SO_RCVBUF, 12345)
          .containsEntry(StandardSocketOptions.TCP_NODELAY, true)
          .containsEntry(io.netpoll.SocketOptions.TCP_KEEPIDLE, 7);
      Dialer odd =
          Dialer.builder().group(group).option(StandardSocketOptions.IP_MULTICAST_TTL, 1).build();
      assertThatThrownBy(() -> odd.connect("tcp", "127.0.0.1:" + port(listener), SOON))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("IP_MULTICAST_TTL");
    }
  }

  @Test
  void aHandlerSetOnADialledConnectionIsCalled() throws Exception {
    try (FakeListener listener = listen()) {
      Connection near = dialer.connect("tcp", "127.0.0.1:" + port(listener), SOON);
      FakePeer far = listener.accept(SOON);
      far.send("early");
      AtomicReference<String> seen = new AtomicReference<>("");
      near.setOnRequest(c -> seen.set(seen.get() + c.reader().readString(c.reader().length())));
      Eventually.holds("buffered bytes", () -> seen.get().equals("early"));
      far.send("late");
      Eventually.holds("later bytes", () -> seen.get().equals("earlylate"));
    }
  }

  @Test
  void thePeersCloseIsNoticedWithoutReading() throws Exception {
    try (FakeListener listener = listen()) {
      Connection near = dialer.connect("tcp", "127.0.0.1:" + port(listener), SOON);
      CountDownLatch closed = new CountDownLatch(1);
      near.addCloseCallback(c -> closed.countDown());
      FakePeer far = listener.accept(SOON);
      far.send("last words");
      far.close();
      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(near.isActive()).isFalse();
      assertThat(near.reader().readString(10)).isEqualTo("last words");
    }
  }
}
