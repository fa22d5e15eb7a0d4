package io.netpoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import io.netpoll.SocketOptions;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Serving, and shutting down gracefully. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class ServingLoopTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final OnRequest ECHO =
      c -> {
        c.writer().writeBinary(c.reader().next(c.reader().length()));
        c.writer().flush();
      };

  private PollerGroup group;

  @BeforeEach
  void openGroup() throws Exception {
    group = group(Execution.workers());
  }

  @AfterEach
  void closeGroup() {
    group.close();
  }

  private static PollerGroup group(Execution execution) throws IOException {
    return PollerGroup.builder().backend("fake").loops(2).execution(execution).build();
  }

  private Listener listen() throws IOException {
    return Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
  }

  private static void assertEchoes(FakePeer peer) throws Exception {
    peer.send("ping");
    assertThat(peer.receiveText(4, SOON)).isEqualTo("ping");
  }

  private static CompletableFuture<Void> serving(EventLoop server, Listener listener) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            server.serve(listener);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Test
  void serveBlocksUntilShutdownAndClosesTheListener() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    Listener listener = listen();
    CompletableFuture<Void> served = serving(server, listener);
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    assertEchoes(peer);
    assertThat(served).isNotDone();
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.shutdown(SOON)).isEqualTo(new ShutdownReport(1, 0));
    served.get();
    assertThat(listener.isOpen()).isFalse();
    assertThat(server.connections()).isZero();
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
  }

  @Test
  void serveReturnsWhenItsListenerIsClosedAndConnectionsStay() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    Listener listener = listen();
    CompletableFuture<Void> served = serving(server, listener);
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    assertEchoes(peer);
    listener.close();
    listener.close();
    served.get();
    assertEchoes(peer);
    assertThat(server.shutdown(SOON).drained()).isEqualTo(1);
  }

  @Test
  void anAddressCanBeBoundAgainAtOnce() throws Exception {
    for (int round = 0; round < 20; round++) {
      EventLoop server = EventLoop.builder(ECHO).build();
      Listener listener = Listener.builder().group(group).backlog(10).bind("tcp", "127.0.0.1:4321");
      server.start(listener);
      assertEchoes(FakeNetwork.connect(listener.localAddress()));
      server.close();
    }
  }

  @Test
  void aBusyAddressIsRefusedWithItsName() throws Exception {
    try (Listener first = listen()) {
      assertThatThrownBy(() -> Listener.builder().group(group).bind(first.localAddress()))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void aListenerIsServedOnceAndAnEventLoopShutDownForGood() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    Listener listener = listen();
    server.start(listener);
    assertThatThrownBy(() -> server.start(listener))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("served already");
    server.close();
    assertThatThrownBy(() -> server.start(listener))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shut down");
  }

  @Test
  void serveThatThrowsClosesItsListener() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    server.close();
    Listener listener = listen();
    assertThatThrownBy(() -> server.serve(listener))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shut down");
    assertThat(listener.isOpen()).isFalse();
    assertRefused(listener);
    Foreign foreign = new Foreign();
    assertThatThrownBy(() -> server.serve(foreign)).isInstanceOf(IllegalArgumentException.class);
    assertThat(foreign.isOpen()).isFalse();
    assertThatThrownBy(() -> server.serve(null)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void serveThatThrowsLeavesAListenerOpenThatIsServed() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    Listener listener = listen();
    server.start(listener);
    EventLoop other = EventLoop.builder(ECHO).build();
    assertThatThrownBy(() -> other.serve(listener)).hasMessageContaining("served already");
    other.close();
    assertThatThrownBy(() -> other.serve(listener)).hasMessageContaining("shut down");
    assertEchoes(FakeNetwork.connect(listener.localAddress()));
    server.close();
  }

  @Test
  void startThatThrowsLeavesItsListenerOpen_ifItIsNotItsFault() throws Exception {
    EventLoop closed = EventLoop.builder(ECHO).build();
    closed.close();
    Listener listener = listen();
    assertThatThrownBy(() -> closed.start(listener)).isInstanceOf(IllegalStateException.class);
    EventLoop server = EventLoop.builder(ECHO).build();
    server.start(listener);
    assertEchoes(FakeNetwork.connect(listener.localAddress()));
    server.close();
  }

  @Test
  void startThatCannotAcceptClosesItsListener() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).option(SocketOptions.TCP_DEFER_ACCEPT, 1).build();
    for (boolean reusePort : new boolean[] {false, true}) {
      Listener listener =
          Listener.builder().group(group).reusePort(reusePort).bind("tcp", "127.0.0.1:0");
      assertThatThrownBy(() -> server.start(listener))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("TCP_DEFER_ACCEPT");
      assertThat(listener.isOpen()).isFalse();
      assertRefused(listener);
    }
  }

  private static void assertRefused(Listener listener) {
    assertThatThrownBy(() -> FakeNetwork.connect(listener.localAddress()))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aShutdownLetsARunningRequestEndAndItsOutputDrain() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    EventLoop server =
        EventLoop.builder(
                c -> {
                  c.reader().skip(1);
                  entered.countDown();
                  goOn.await();
                  c.writer().writeBinary(new byte[100_000]);
                  c.writer().flush();
                })
            .build();
    Listener listener = listen();
    server.start(listener);
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    peer.setWindow(1000);
    peer.send("x");
    entered.await();
    CompletableFuture<ShutdownReport> report =
        CompletableFuture.supplyAsync(() -> server.shutdown(SOON));
    Eventually.holds("the listener is closed", () -> !listener.isOpen());
    goOn.countDown();
    assertThat(peer.receive(100_000, SOON)).hasSize(100_000);
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    peer.close();
    assertThat(report.get()).isEqualTo(new ShutdownReport(1, 0));
    assertThat(server.shutdown(Duration.ZERO)).isEqualTo(report.get());
  }

  @Test
  void whatIsLeftAtTheDeadlineIsReset() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    EventLoop server =
        EventLoop.builder(
                c -> {
                  entered.countDown();
                  goOn.await();
                })
            .build();
    Listener listener = listen();
    server.start(listener);
    FakePeer busy = FakeNetwork.connect(listener.localAddress());
    FakePeer idle = FakeNetwork.connect(listener.localAddress());
    busy.send("x");
    entered.await();
    Eventually.holds("both are open", () -> server.connections() == 2);
    ShutdownReport report = server.shutdown(Duration.ofMillis(100));
    assertThat(report).isEqualTo(new ShutdownReport(1, 1));
    assertThat(report.clean()).isFalse();
    assertThat(busy.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    assertThat(idle.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    goOn.countDown();
    Eventually.holds("nothing is left", () -> server.connections() == 0);
  }

  @Test
  void aShutdownFromInsideAHandlerDoesNotWaitForItself() throws Exception {
    AtomicReference<EventLoop> server = new AtomicReference<>();
    AtomicReference<ShutdownReport> report = new AtomicReference<>();
    server.set(
        EventLoop.builder(
                c -> {
                  c.reader().skip(1);
                  report.set(server.get().shutdown(SOON));
                  c.writer().writeString("bye");
                  c.writer().flush();
                })
            .build());
    Listener listener = listen();
    server.get().start(listener);
    FakePeer other = FakeNetwork.connect(listener.localAddress());
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    Eventually.holds("both are open", () -> server.get().connections() == 2);
    peer.send("x");
    assertThat(peer.receiveText(3, SOON)).isEqualTo("bye");
    assertThat(report.get()).isEqualTo(new ShutdownReport(1, 0));
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    assertThat(other.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
  }

  /** OnRequest and OnDisconnect of one connection wait for the shutdown: it is left out once. */
  @Test
  void aShutdownByTwoCallbacksOfAConnectionWaitsForTheOthers() throws Exception {
    AtomicReference<EventLoop> server = new AtomicReference<>();
    CompletableFuture<ShutdownReport> byRequest = new CompletableFuture<>();
    CompletableFuture<ShutdownReport> byDisconnect = new CompletableFuture<>();
    CountDownLatch requested = new CountDownLatch(1);
    CompletableFuture<Thread> busyThread = new CompletableFuture<>();
    CompletableFuture<Thread> disconnectThread = new CompletableFuture<>();
    CountDownLatch goOn = new CountDownLatch(1);
    server.set(
        EventLoop.builder(
                c -> {
                  if (c.reader().readByte() == 'b') {
                    busyThread.complete(Thread.currentThread());
                    goOn.await();
                  } else {
                    requested.countDown();
                    byRequest.complete(server.get().shutdown(SOON.multipliedBy(3)));
                  }
                })
            .onDisconnect(
                c -> {
                  disconnectThread.complete(Thread.currentThread());
                  byDisconnect.complete(server.get().shutdown(SOON.multipliedBy(3)));
                })
            .build());
    Listener listener = listen();
    server.get().start(listener);
    FakePeer busy = FakeNetwork.connect(listener.localAddress());
    busy.send("b");
    busyThread.get();
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    peer.send("s");
    requested.await();
    peer.close();
    Thread disconnecting = disconnectThread.get();
    Eventually.holds(
        "it waits, or has returned",
        () -> byDisconnect.isDone() || disconnecting.getState() == Thread.State.TIMED_WAITING);
    goOn.countDown();
    assertThat(byRequest.get()).isEqualTo(new ShutdownReport(1, 0));
    assertThat(byDisconnect.get()).isEqualTo(new ShutdownReport(1, 0));
    Eventually.holds("nothing is left", () -> server.get().connections() == 0);
  }

  @Test
  void aShutdownFromInsideAnInlineHandlerReturnsAtOnceAndKeepsItsDeadline() throws Exception {
    AtomicReference<EventLoop> server = new AtomicReference<>();
    try (PollerGroup inline = group(Execution.inline())) {
      server.set(
          EventLoop.builder(
                  c -> {
                    c.reader().skip(1);
                    server.get().shutdown(Duration.ofMillis(50));
                    c.writer().writeBinary(new byte[5000]);
                    c.writer().flush();
                  })
              .build());
      Listener listener = Listener.builder().group(inline).bind("tcp", "127.0.0.1:0");
      server.get().start(listener);
      FakePeer peer = FakeNetwork.connect(listener.localAddress());
      peer.setWindow(100); // so that its output never drains
      peer.send("x");
      assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
      Eventually.holds("nothing is left", () -> server.get().connections() == 0);
    }
  }

  @Test
  void connectionsThatArriveWhileShuttingDownAreClosedOrRefused() throws Exception {
    EventLoop server = EventLoop.builder(ECHO).build();
    Listener listener = listen();
    server.start(listener);
    List<FakePeer> peers = new ArrayList<>();
    CompletableFuture<Void> dialling =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < 10_000; i++) {
                  peers.add(FakeNetwork.connect(listener.localAddress()));
                }
              } catch (IOException refused) {
                // the listener is closed: what this test waits for
              }
            });
    Eventually.holds("some are open", () -> server.connections() > 5);
    ShutdownReport report = server.shutdown(SOON);
    dialling.get();
    assertThat(report.aborted()).isZero();
    assertThat(report.drained()).isPositive();
    for (FakePeer peer : peers) {
      assertThat(peer.awaitEnd(SOON)).isNotNull();
    }
    Eventually.holds("nothing is left", () -> group.connections() == 0);
  }

  @Test
  void aBrokenPollerEndsServeWithAnError() throws Exception {
    group.close(); // so that the failure strikes the one loop of the other group
    EventLoop server = EventLoop.builder(ECHO).build();
    CompletableFuture<Void> served;
    try (PollerGroup single =
        PollerGroup.builder().backend("fake").loops(1).execution(Execution.workers()).build()) {
      Listener listener = Listener.builder().group(single).bind("tcp", "127.0.0.1:0");
      served = serving(server, listener);
      assertEchoes(FakeNetwork.connect(listener.localAddress()));
      FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
      assertThatThrownBy(served::get).hasRootCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void aMissingHandlerIsAnErrorAtOnce() {
    assertThatThrownBy(() -> EventLoop.builder(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("OnRequest");
  }

  @Test
  void badSettingsAreRefusedWithTheirValue() {
    EventLoop.Builder builder = EventLoop.builder(ECHO);
    assertThatThrownBy(() -> builder.readTimeout(Duration.ofSeconds(-1)))
        .hasMessageContaining("PT-1S");
    assertThatThrownBy(() -> builder.inputHighWaterMark(0)).hasMessageContaining("not 0");
    assertThatThrownBy(() -> builder.outputHighWaterMark(-5)).hasMessageContaining("not -5");
    assertThatThrownBy(() -> Listener.builder().backlog(0)).hasMessageContaining("not 0");
    assertThatThrownBy(() -> builder.build().shutdown(Duration.ofMillis(-1)))
        .hasMessageContaining("PT-0.001S");
  }

  /** A listener that is none of this library's. */
  private static final class Foreign implements Listener {
    private boolean open = true;

    @Override
    public SocketAddress localAddress() {
      throw new UnsupportedOperationException("It has none.");
    }

    @Override
    public PollerGroup group() {
      throw new UnsupportedOperationException("It has none.");
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public boolean drain(Duration limit) {
      return true;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
