package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.Execution.Mode;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections end. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class ClosingTest {

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void closeSendsWhatWasFlushedAndThenFin(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    c.writer().writeBinary(new byte[100_000]);
                    c.writer().flush();
                    c.writer().writeString("not flushed");
                    c.close();
                    c.close();
                  }));
      FakePeer peer = engine.dial();
      peer.setWindow(500);
      peer.send("x");
      assertThat(peer.receive(100_000, Harness.SOON)).hasSize(100_000);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(peer.received()).isZero();
    }
  }

  @Test
  void closeGivesUpAfterTheWriteTimeout() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s -> {
            s.writeTimeout(Duration.ofMillis(50));
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  c.writer().writeBinary(new byte[100_000]);
                  c.writer().flush();
                  c.close();
                });
          });
      FakePeer peer = engine.dial();
      peer.setWindow(500);
      peer.send("x");
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.RST);
    }
  }

  /** The thread may have broken off, for want of stack or memory, before it could tell anybody. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closeGoesOn_whenAThreadHasReleasedTheTokenAndToldNobody(boolean aborts) throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(s -> s.onRequest(c -> c.reader().skip(1)));
      engine.dial();
      Eventually.holds("the connection is open", () -> engine.opened.size() == 1);
      EngineConnection connection = engine.opened.iterator().next();
      assertThat(connection.out.token.tryHold()).isTrue();
      if (aborts) {
        connection.abort();
      } else {
        connection.close();
      }
      CompletableFuture<Void> seen = new CompletableFuture<>();
      connection.loop().execute(() -> seen.complete(null));
      seen.get(20, TimeUnit.SECONDS);
      assertThat(connection.state.has(ConnectionState.CLOSED)).isFalse();
      connection.out.token.release();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void closeWithUnreadInputSendsFinAndDropsTheRest(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.inputHighWaterMark(1000);
            s.onRequest(
                c -> {
                  if (c.reader().request(1000)) {
                    c.writer().writeString("bye");
                    c.writer().flush();
                    c.close();
                  }
                });
          });
      FakePeer peer = engine.dial();
      peer.send(new byte[100_000]);
      assertThat(peer.receiveText(3, Harness.SOON)).isEqualTo("bye");
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      peer.close();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void abortResets(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    c.abort();
                  }));
      FakePeer peer = engine.dial();
      peer.send("x");
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.RST);
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void afterThePeersFinOutputDrainsBeforeTheConnectionCloses(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(c.reader().length());
                    c.writer().writeBinary(new byte[50_000]);
                    c.writer().flush();
                  }));
      FakePeer peer = engine.dial();
      peer.setWindow(100);
      peer.send("x");
      peer.closeOutput();
      assertThat(peer.receive(50_000, Harness.SOON)).hasSize(50_000);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void withHalfCloseOutputStaysOpenUntilClose(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.halfClose(true);
            s.onRequest(c -> c.reader().skip(c.reader().length()));
          });
      FakePeer peer = engine.dial();
      peer.send("x");
      peer.closeOutput();
      Eventually.holds(
          "the end was seen",
          () -> engine.opened.size() == 1 && !engine.opened.iterator().next().isActive());
      EngineConnection connection = engine.opened.iterator().next();
      assertThat(connection.isOpen()).isTrue();
      connection.writer().writeString("late");
      connection.writer().flush();
      assertThat(peer.receiveText(4, Harness.SOON)).isEqualTo("late");
      connection.close();
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @Test
  void closeCallbacksWaitForTheRunningHandler() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger order = new AtomicInteger();
    AtomicInteger returnedAt = new AtomicInteger();
    AtomicInteger closedAt = new AtomicInteger();
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s -> {
            s.onPrepare(c -> c.addCloseCallback(closed -> closedAt.set(order.incrementAndGet())));
            s.onRequest(
                c -> {
                  entered.countDown();
                  goOn.await();
                  returnedAt.set(order.incrementAndGet());
                });
          });
      FakePeer peer = engine.dial();
      peer.send("x");
      entered.await();
      peer.reset();
      Eventually.holds("the reset was seen", () -> !engine.opened.iterator().next().isActive());
      assertThat(closedAt).hasValue(0);
      goOn.countDown();
      Eventually.holds("the callback ran", () -> closedAt.get() != 0);
    }
    assertThat(returnedAt.get()).isLessThan(closedAt.get());
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void closingTheGroupResetsWhatIsOpen(Mode mode) throws Exception {
    Harness engine = new Harness(Harness.execution(mode), 3);
    engine.serve(s -> s.onRequest(c -> c.reader().skip(c.reader().length())));
    FakePeer[] peers = new FakePeer[30];
    for (int i = 0; i < peers.length; i++) {
      peers[i] = engine.dial();
    }
    Eventually.holds("all are open", () -> engine.group.connections() == peers.length);
    engine.close();
    for (FakePeer peer : peers) {
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.RST);
    }
    Eventually.holds("all callbacks ran", () -> engine.closed.size() == peers.length);
  }

  @Test
  void aResetThatAFlushFindsFirst_isAnnouncedAllTheSame() throws Exception {
    CountDownLatch inHandler = new CountDownLatch(1);
    CountDownLatch loopIsHeld = new CountDownLatch(1);
    CountDownLatch handlerIsDone = new CountDownLatch(1);
    AtomicInteger disconnects = new AtomicInteger();
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s -> {
            s.onDisconnect(c -> disconnects.incrementAndGet());
            s.onRequest(
                c -> {
                  inHandler.countDown();
                  loopIsHeld.await();
                  c.writer().writeString("answer");
                  FakeNetwork.failNext(Fault.SEND, "reset by the test");
                  c.writer().flush();
                });
          });
      engine.dial().send("x");
      inHandler.await();
      engine.group.schedule(
          0,
          () -> {
            loopIsHeld.countDown();
            awaitQuietly(handlerIsDone);
          },
          lost -> {});
      Eventually.holds(
          "the failed handler closed it", () -> engine.opened.stream().noneMatch(c -> c.isOpen()));
      handlerIsDone.countDown();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      Eventually.holds("it was announced", () -> disconnects.get() == 1);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
