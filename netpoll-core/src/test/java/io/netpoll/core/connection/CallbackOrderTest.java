package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.Execution.Mode;
import io.netpoll.Reader;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The callbacks of one connection: their order, their exclusion, and when they are not made. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class CallbackOrderTest {

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void callbacksComeInTheDocumentedOrder(Mode mode) throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.onPrepare(
                c -> {
                  calls.add("prepare");
                  c.addCloseCallback(closed -> calls.add("close 1"));
                  c.addCloseCallback(closed -> calls.add("close 2"));
                });
            s.onConnect(c -> calls.add("connect"));
            s.onRequest(
                c -> {
                  c.reader().skip(c.reader().length());
                  calls.add("request");
                });
            s.onDisconnect(c -> calls.add("disconnect"));
          });
      FakePeer peer = engine.dial();
      peer.send("hello");
      Eventually.holds("the request was handled", () -> calls.contains("request"));
      peer.close();
      Eventually.holds("everything was called", () -> calls.size() == 6);
    }
    assertThat(calls)
        .containsExactly("prepare", "connect", "request", "disconnect", "close 1", "close 2");
  }

  @Test
  void closeCallbacksWaitForOnDisconnect() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<String> calls = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s -> {
            s.onPrepare(c -> c.addCloseCallback(closed -> calls.add("close")));
            s.onRequest(c -> {});
            s.onDisconnect(
                c -> {
                  told.countDown();
                  goOn.await();
                  calls.add("disconnect");
                });
          });
      FakePeer peer = engine.dial();
      peer.close();
      told.await();
      Eventually.holds(
          "the socket is closed",
          () -> engine.opened.iterator().next().state.has(ConnectionState.CLOSED));
      assertThat(calls).isEmpty();
      goOn.countDown();
      Eventually.holds("both were called", () -> calls.size() == 2);
    }
    assertThat(calls).containsExactly("disconnect", "close");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aConnectionClosedInPrepareGetsNothingButItsCloseCallbacks(Mode mode) throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.onPrepare(
                c -> {
                  c.addCloseCallback(closed -> calls.add("close"));
                  c.close();
                });
            s.onConnect(c -> calls.add("connect"));
            s.onRequest(c -> calls.add("request"));
            s.onDisconnect(c -> calls.add("disconnect"));
          });
      FakePeer peer = engine.dial();
      peer.send("hello");
      Eventually.holds("the connection is closed", () -> engine.closed.size() == 1);
      peer.close();
    }
    assertThat(calls).containsExactly("close");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void bytesThatCameDuringOnConnectAreShownToOnRequest(Mode mode) throws Exception {
    CountDownLatch bytesCame = new CountDownLatch(1);
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s -> {
            s.onConnect(c -> bytesCame.await());
            s.onRequest(c -> seen.set(c.reader().readString(c.reader().length())));
          });
      FakePeer peer = engine.dial();
      peer.send("early");
      Eventually.holds("the bytes were read", () -> peer.unreadByLibrary() == 0);
      assertThat(seen.get()).isNull();
      bytesCame.countDown();
      Eventually.holds("OnRequest saw them", () -> "early".equals(seen.get()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void peerClosesAfterSending_handlerStillSeesTheData(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> seen.set(c.reader().readString(5))));
      FakePeer peer = engine.dial();
      peer.send("bytes");
      peer.close();
      Eventually.holds("the handler saw them", () -> "bytes".equals(seen.get()));
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void peerResetsAfterSending_handlerStillSeesWhatWasRead(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    if (c.reader().length() == 5) {
                      seen.set(c.reader().readString(5));
                    }
                  }));
      FakePeer peer = engine.dial();
      peer.send("bytes");
      Eventually.holds("the bytes were read", () -> "bytes".equals(seen.get()));
      peer.reset();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aHandlerThatConsumesNothingIsNotCalledAgainBeforeMoreBytesCome(Mode mode) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> calls.incrementAndGet()));
      FakePeer peer = engine.dial();
      peer.send("a");
      Eventually.holds("one call", () -> calls.get() == 1);
      peer.send("b");
      Eventually.holds("one call more", () -> calls.get() == 2);
      peer.closeOutput();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
    assertThat(calls).hasValue(3); // once more at the end of input, since bytes are left
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aHandlerThatLeavesBytesIsCalledAgainWhileItMakesProgress(Mode mode) throws Exception {
    StringBuilder seen = new StringBuilder();
    AtomicInteger calls = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    seen.append((char) c.reader().readByte());
                    calls.incrementAndGet();
                  }));
      engine.dial().send("x".repeat(1000));
      Eventually.holds("a call for each byte", () -> calls.get() == 1000);
    }
    assertThat(seen).hasSize(1000);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aRequestForMoreBytesHoldsTheHandlerBackUntilTheyAreThere(Mode mode) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    calls.incrementAndGet();
                    if (c.reader().request(10)) {
                      seen.set(c.reader().readString(10));
                    }
                  }));
      FakePeer peer = engine.dial();
      for (int i = 0; i < 10; i++) {
        int sent = i + 1;
        peer.send(Integer.toString(i));
        Eventually.holds("byte " + sent + " was read", () -> peer.unreadByLibrary() == 0);
      }
      Eventually.holds("ten bytes were read", () -> "0123456789".equals(seen.get()));
    }
    assertThat(calls.get()).isLessThanOrEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void whatAHandlerThrowsClosesItsConnectionAfterTheFlushedOutput(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    String request = c.reader().readString(c.reader().length());
                    c.writer().writeString("answer");
                    c.writer().flush();
                    if (request.equals("bad")) {
                      throw new StackOverflowError("provoked by a test");
                    }
                  }));
      FakePeer good = engine.dial();
      FakePeer bad = engine.dial();
      bad.send("bad");
      assertThat(bad.receiveText(6, Harness.SOON)).isEqualTo("answer");
      assertThat(bad.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      good.send("good");
      assertThat(good.receiveText(6, Harness.SOON)).isEqualTo("answer");
    }
  }

  @Test
  void onRequestCallsComeOneAtATimeAndSeeWhatTheOnesBeforeWrote() throws Exception {
    int[] plain = new int[1];
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger bytes = new AtomicInteger();
    try (Harness engine = new Harness(Execution.workers())) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    if (inside.incrementAndGet() != 1) {
                      overlaps.incrementAndGet();
                    }
                    int n = c.reader().length();
                    c.reader().skip(n);
                    plain[0] += n;
                    bytes.set(plain[0]);
                    inside.decrementAndGet();
                  }));
      FakePeer peer = engine.dial();
      for (int i = 0; i < 20_000; i++) {
        peer.send("x");
      }
      Eventually.holds("all bytes were counted", () -> bytes.get() == 20_000);
    }
    assertThat(overlaps).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aCloseCallbackAddedAfterCloseIsCalledToo(Mode mode) throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> c.reader().skip(c.reader().length())));
      engine.dial().close();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      Connection connection = engine.closed.iterator().next();
      connection.addCloseCallback(c -> called.countDown());
      assertThat(called.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void setOnRequestSchedulesAtOnceWhenBytesAreBuffered(Mode mode) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(c -> {}));
      FakePeer peer = engine.dial();
      peer.send("left");
      Eventually.holds("the bytes were read", () -> peer.unreadByLibrary() == 0);
      EngineConnection connection = engine.opened.iterator().next();
      connection.setOnRequest(c -> seen.set(c.reader().readString(c.reader().length())));
      Eventually.holds("the new handler saw them", () -> "left".equals(seen.get()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aConnectionWithEndlessInputDoesNotStarveOthers(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    Reader in = c.reader();
                    byte b = in.readByte();
                    if (b == 'q') {
                      c.writer().writeByte('a');
                      c.writer().flush();
                    }
                  }));
      FakePeer busy = engine.dial();
      busy.send(new byte[1 << 20]);
      FakePeer other = engine.dial();
      other.send("q");
      assertThat(other.receiveText(1, Harness.SOON)).isEqualTo("a");
    }
  }
}
