package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.Execution.Mode;
import io.netpoll.OnRequest;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a reader wishes for, by a request or a wait, and gives up again: OnRequest misses nothing.
 */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class WishesTest {

  /** A reader on a thread of its own that waits for bytes. */
  private static final class Waiting {
    final CompletableFuture<Integer> read = new CompletableFuture<>();
    final Thread thread;

    Waiting(EngineConnection connection, int bytes) {
      thread =
          new Thread(
              () -> {
                try {
                  read.complete(connection.reader().next(bytes).remaining());
                } catch (IOException e) {
                  read.completeExceptionally(e);
                }
              });
      thread.start();
      Eventually.holds("the reader waits", connection.in::isAwaited);
    }
  }

  private static void send(FakePeer peer, String text) throws Exception {
    peer.send(text);
    Eventually.holds("it was read", () -> peer.unreadByLibrary() == 0);
  }

  /** Has the loop see the end of the input between the last byte and the handler. */
  private static void endAfter(int bytes, EngineConnection connection) {
    if (connection.in.unread() == bytes) {
      connection.endpoint.ended();
    } else {
      connection.loop().execute(() -> endAfter(bytes, connection));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aSmallerRequestEndsALargerOne(Mode mode) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    assertThat(c.reader().request(10)).isFalse();
                    assertThat(c.reader().request(1)).isTrue();
                    calls.incrementAndGet();
                  }));
      FakePeer peer = engine.dial();
      for (int i = 1; i <= 5; i++) {
        int sent = i;
        peer.send("x");
        Eventually.holds("it is called for each byte", () -> calls.get() == sent);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aSmallerRequestByAnotherThreadShowsWhatTheLargerOneKeptBack(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>("");
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> seen.set(c.reader().readString(c.reader().length()))));
      FakePeer peer = engine.dial();
      Eventually.holds("it is open", () -> engine.opened.size() == 1);
      EngineConnection connection = engine.opened.iterator().next();
      assertThat(connection.reader().request(10)).isFalse();
      peer.send("hello");
      Eventually.holds("it came", () -> connection.in.unread() == 5);
      assertThat(seen).hasValue("");
      assertThat(connection.reader().request(3)).isTrue();
      Eventually.holds("OnRequest sees it", () -> seen.get().equals("hello"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aReadWhoseTimeIsOver_leavesWhatCameToOnRequest(Mode mode) throws Exception {
    aReadThatEnds_leavesWhatCameToOnRequest(
        mode, (connection, reader) -> connection.setReadTimeout(Duration.ofNanos(1)));
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aReadThatIsInterrupted_leavesWhatCameToOnRequest(Mode mode) throws Exception {
    aReadThatEnds_leavesWhatCameToOnRequest(
        mode, (connection, reader) -> reader.thread.interrupt());
  }

  private interface End {
    void of(EngineConnection connection, Waiting reader);
  }

  private static void aReadThatEnds_leavesWhatCameToOnRequest(Mode mode, End end) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>("");
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> seen.set(c.reader().readString(c.reader().length()))));
      FakePeer peer = engine.dial();
      Eventually.holds("it is open", () -> engine.opened.size() == 1);
      EngineConnection connection = engine.opened.iterator().next();
      Waiting reader = new Waiting(connection, 10);
      peer.send("hello");
      Eventually.holds("it came", () -> connection.in.unread() == 5);
      assertThat(seen).hasValue("");
      end.of(connection, reader);
      reader.thread.join();
      assertThat(reader.read).isCompletedExceptionally();
      Eventually.holds("OnRequest sees it", () -> seen.get().equals("hello"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aNewHandlerIsNotHeldBackByTheRequestOfTheOldOne(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>("");
    AtomicInteger calls = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().request(10);
                    calls.incrementAndGet();
                  }));
      FakePeer peer = engine.dial();
      send(peer, "hello");
      Eventually.holds("the old one was called", () -> calls.get() > 0);
      engine
          .opened
          .iterator()
          .next()
          .setOnRequest(c -> seen.set(c.reader().readString(c.reader().length())));
      Eventually.holds("the new one sees it", () -> seen.get().equals("hello"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void theSameHandlerSetAgainIsShownWhatItLeft(Mode mode) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OnRequest handler = c -> calls.incrementAndGet();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(handler));
      FakePeer peer = engine.dial();
      peer.send("x");
      for (int i = 1; i <= 3; i++) {
        int times = i;
        Eventually.holds("it is called", () -> calls.get() == times);
        engine.opened.iterator().next().setOnRequest(handler);
      }
      Eventually.holds("it is called again", () -> calls.get() == 4);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aHandlerThatSetsItsSuccessor_mayRequestForIt(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>("");
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.setOnRequest(next -> seen.set(c.reader().readString(next.reader().length())));
                    c.reader().request(10);
                  }));
      FakePeer peer = engine.dial();
      send(peer, "hello");
      send(peer, "world");
      Eventually.holds("it sees both", () -> seen.get().equals("helloworld"));
    }
  }

  @Test
  void aWaitOfMoreThanTheMarkThatBeganInOnPrepare_goesOnBehindOnConnect() throws Exception {
    int mark = 16;
    CompletableFuture<Waiting> waiting = new CompletableFuture<>();
    Consumer<ConnectionSettings.Builder> settings =
        s -> {
          s.inputHighWaterMark(mark);
          s.onPrepare(c -> waiting.complete(new Waiting((EngineConnection) c, 4 * mark)));
          s.onConnect(c -> {});
          s.onRequest(c -> {});
        };
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(settings);
      FakePeer peer = engine.dial();
      Waiting reader = waiting.get(10, TimeUnit.SECONDS);
      for (int i = 0; i < 4; i++) {
        send(peer, "x".repeat(mark));
      }
      assertThat(reader.read).succeedsWithin(Harness.SOON).isEqualTo(4 * mark);
      reader.thread.join();
    }
  }

  @Test
  void inlineARequestThatWaitsForOutputToDrain_isHandledThoughThePeerHasEndedItsOutput()
      throws Exception {
    int answer = 4096;
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s -> {
            s.outputHighWaterMark(1024);
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  c.writer().writeBinary(new byte[answer]);
                  c.writer().flush();
                });
          });
      FakePeer peer = engine.dial();
      peer.setWindow(0);
      Eventually.holds("it is open", () -> engine.opened.size() == 1);
      EngineConnection connection = engine.opened.iterator().next();
      connection.loop().execute(() -> endAfter(3, connection));
      peer.send("abc");
      Eventually.holds("output waits", () -> connection.out.isThrottlingInput());
      assertThat(connection.state.has(ConnectionState.ENDED)).isTrue();
      peer.setWindow(1 << 16);
      assertThat(peer.receive(3 * answer, Harness.SOON)).hasSize(3 * answer);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }
}
