package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.DetachedSocket;
import io.netpoll.Execution.Mode;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections give their sockets away. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class DetachTest {
  private final CompletableFuture<DetachedSocket> detached = new CompletableFuture<>();

  private void pass(CompletionStage<DetachedSocket> stage) {
    stage.whenComplete(
        (socket, failure) -> {
          if (failure == null) {
            detached.complete(socket);
          } else {
            detached.completeExceptionally(failure);
          }
        });
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private ConnectionClosedException failure() throws Exception {
    try {
      throw new AssertionError("It did not fail, but gave " + get(detached));
    } catch (ExecutionException e) {
      return (ConnectionClosedException) e.getCause();
    }
  }

  private static void discard(DetachedSocket socket) {
    socket.unread().close();
    socket.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void flushedOutputIsSentFirst_whatWasNotIsDropped(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    c.writer().writeBinary(new byte[100_000]);
                    c.writer().flush();
                    c.writer().writeString("not flushed");
                    pass(c.detach());
                  }));
      FakePeer peer = engine.dial();
      peer.setWindow(500);
      peer.send("xunread");
      assertThat(peer.receive(100_000, Harness.SOON)).hasSize(100_000);
      DetachedSocket socket = get(detached);
      assertThat(socket.unread().readString(6)).isEqualTo("unread");
      assertThat(peer.received()).isZero();
      assertThat(engine.opened).hasSize(1);
      Eventually.holds("its owner is told", () -> engine.closed.size() == 1);
      discard(socket);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.RST);
    }
  }

  @Test
  void itWaitsForTheHandlerToReturn() throws Exception {
    CountDownLatch mayReturn = new CountDownLatch(1);
    CompletableFuture<EngineConnection> running = new CompletableFuture<>();
    try (Harness engine = new Harness(Harness.execution(Mode.WORKERS))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    running.complete((EngineConnection) c);
                    mayReturn.await();
                    c.reader().skip(2);
                  }));
      FakePeer peer = engine.dial();
      peer.send("12345");
      EngineConnection connection = get(running);
      pass(connection.detach());
      Eventually.holds("detached", () -> connection.state.has(ConnectionState.CLOSED));
      assertThat(detached).isNotDone();
      mayReturn.countDown();
      assertThat(get(detached).unread().readString(3)).isEqualTo("345");
      discard(get(detached));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void inOnPrepare_noOtherCallbackIsMade_butTheLast(Mode mode) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.onPrepare(
                c -> {
                  c.addCloseCallback(closed -> events.add("closed"));
                  pass(c.detach());
                  assertThat(c.isOpen()).isFalse();
                });
            s.onConnect(c -> events.add("connect"));
            s.onDisconnect(c -> events.add("disconnect"));
            s.onRequest(c -> events.add("request"));
          });
      FakePeer peer = engine.dial();
      peer.send("for the next");
      discard(get(detached));
      assertThat(events).containsExactly("closed");
      Eventually.holds("the loop is without it", () -> engine.group.connections() == 0);
    }
  }

  @Test
  void whatACompletionBackendHadReadAlreadyIsUnread() throws Exception {
    FakeNetwork.setCompletionBased(true);
    try (Harness engine = new Harness(Harness.execution(Mode.WORKERS))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    pass(c.detach());
                  }));
      FakePeer peer = engine.dial();
      peer.send("x" + "y".repeat(200));
      DetachedSocket socket = get(detached);
      int unread = socket.unread().length();
      assertThat(unread + peer.unreadByLibrary()).isEqualTo(200);
      assertThat(socket.unread().readString(unread)).isEqualTo("y".repeat(unread));
      discard(socket);
    }
  }

  @Test
  void afterTheWriteTimeoutItFails() throws Exception {
    try (Harness engine = new Harness(Harness.execution(Mode.WORKERS))) {
      engine.serve(
          s -> {
            s.writeTimeout(Duration.ofMillis(50));
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  c.writer().writeBinary(new byte[100_000]);
                  c.writer().flush();
                  pass(c.detach());
                });
          });
      FakePeer peer = engine.dial();
      peer.setWindow(500);
      peer.send("x");
      assertThat(failure())
          .hasMessageContaining("reset before its output had left")
          .extracting(ConnectionClosedException::side)
          .isEqualTo(Side.LOCAL);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.RST);
    }
  }

  @Test
  void aPeerThatResetsMeanwhileMakesItFail() throws Exception {
    CompletableFuture<EngineConnection> full = new CompletableFuture<>();
    try (Harness engine = new Harness(Harness.execution(Mode.WORKERS))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    c.writer().writeBinary(new byte[100_000]);
                    c.writer().flush();
                    pass(c.detach());
                    full.complete((EngineConnection) c);
                  }));
      FakePeer peer = engine.dial();
      peer.setWindow(500);
      peer.send("x");
      get(full).close(); // comes too late to close it
      peer.reset();
      assertThat(failure().side()).isEqualTo(Side.PEER);
      Eventually.holds("its owner is told", () -> engine.closed.size() == 1);
    }
  }

  @Test
  void fakeSocketsAreKnownAsNeither() throws Exception {
    try (Harness engine = new Harness(Harness.execution(Mode.WORKERS))) {
      engine.serve(s -> s.onRequest(c -> pass(c.detach())));
      engine.dial().send("x");
      DetachedSocket socket = get(detached);
      assertThatThrownBy(socket::channel).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(socket::descriptor).isInstanceOf(UnsupportedOperationException.class);
      discard(socket);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void ofSeveralThatDetachAtOnce_oneGetsTheSocket(Mode mode) throws Exception {
    List<EngineConnection> accepted = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.onPrepare(c -> accepted.add((EngineConnection) c));
            s.onRequest(c -> {});
          });
      for (int i = 0; i < 300; i++) {
        int number = i;
        FakePeer peer = engine.dial();
        peer.send("unread");
        Eventually.holds(
            "it has come",
            () -> accepted.size() == number + 1 && accepted.get(number).in.unread() == 6);
        EngineConnection connection = accepted.get(i);
        CyclicBarrier start = new CyclicBarrier(2);
        CompletableFuture<Integer> other =
            CompletableFuture.supplyAsync(() -> taken(start, connection));
        assertThat(taken(start, connection) + get(other)).isEqualTo(1);
        Eventually.holds("its owner is told", () -> engine.closed.size() == number + 1);
      }
    }
  }

  /** Detaches; 1 if that gave the socket and what was unread. */
  private static int taken(CyclicBarrier start, EngineConnection connection) {
    try {
      start.await();
      DetachedSocket socket = get(connection.detach());
      assertThat(socket.unread().length()).isEqualTo(6);
      discard(socket);
      return 1;
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(ConnectionClosedException.class);
      return 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void aReaderThatLeavesLateKeepsItWaiting(Mode mode) throws Exception {
    List<EngineConnection> accepted = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onPrepare(c -> accepted.add((EngineConnection) c)));
      for (int i = 0; i < 300; i++) {
        int number = i;
        FakePeer peer = engine.dial();
        peer.send("unread");
        Eventually.holds("it has come", () -> accepted.size() == number + 1);
        EngineConnection connection = accepted.get(i);
        CompletableFuture<Boolean> failed =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    connection.reader().next(100);
                    return false;
                  } catch (Exception e) {
                    return e instanceof ConnectionClosedException;
                  }
                });
        Eventually.holds(
            "it reads", () -> connection.in.isAwaited() && connection.in.unread() == 6);
        DetachedSocket socket = get(connection.detach());
        assertThat(connection.in.isAwaited()).isFalse();
        assertThat(socket.unread().readString(6)).isEqualTo("unread");
        discard(socket);
        assertThat(get(failed)).isTrue();
      }
    }
  }
}
