package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution.Mode;
import io.netpoll.OnRequest;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler that is set on a dialled connection after its peer has sent something and closed. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class LateHandlerTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final CountDownLatch told = new CountDownLatch(1);
  private Harness engine;
  private FakeListener listener;
  private EngineConnection near;
  private FakePeer far;

  private void open(Mode mode, Consumer<ConnectionSettings.Builder> options) throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    options.accept(settings);
    engine = new Harness(Harness.execution(mode));
    listener = FakeNetwork.listen(Harness.ANY_PORT);
    near = engine.connect(listener.address(), settings.build(null), Await.Limit.NONE);
    far = listener.accept(Harness.SOON);
  }

  /** Has the peer send and close, and waits until that is all over. */
  private void receiveAndBeClosed(Mode mode, String text) throws Exception {
    open(mode, s -> {});
    near.addCloseCallback(closed -> calls.add("close 1"));
    far.send(text);
    far.close();
    Eventually.holds("the connection closed", () -> calls.contains("close 1"));
  }

  @AfterEach
  void close() {
    told.countDown();
    listener.close();
    engine.close();
  }

  private OnRequest reading(int most) {
    return c -> {
      int n = Math.min(most, c.reader().length());
      calls.add("request " + c.reader().readString(n));
    };
  }

  /** A later callback is called after the handler, if that is called at all. */
  private void awaitLaterCallback() {
    near.addCloseCallback(closed -> calls.add("last"));
    Eventually.holds("the last was called", () -> calls.contains("last"));
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itSeesWhatIsBuffered_andTheCloseCallbacksAreNotRepeated(Mode mode) throws Exception {
    receiveAndBeClosed(mode, "hello");
    near.setOnRequest(reading(5));
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "request hello", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void itIsCalledBeforeCloseCallbacksThatHaveNotRun(Mode mode) throws Exception {
    open(
        mode,
        s ->
            s.onDisconnect(
                c -> {
                  told.await(); // and the close callbacks with it
                  calls.add("disconnect");
                }));
    near.addCloseCallback(closed -> calls.add("close 1"));
    far.send("hello");
    far.close();
    Eventually.holds("it is closed", () -> near.state.has(ConnectionState.CLOSED));
    near.setOnRequest(reading(5));
    Eventually.holds("the handler was called", () -> calls.contains("request hello"));
    told.countDown();
    awaitLaterCallback();
    assertThat(calls).containsExactly("request hello", "disconnect", "close 1", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsCalledForAsLongAsItMakesProgress(Mode mode) throws Exception {
    receiveAndBeClosed(mode, "abc");
    near.setOnRequest(reading(1));
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "request a", "request b", "request c", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsCalledOnceIfItReadsNothing(Mode mode) throws Exception {
    receiveAndBeClosed(mode, "abc");
    near.setOnRequest(reading(0));
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "request ", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsNotCalledAgainAfterItThrew(Mode mode) throws Exception {
    receiveAndBeClosed(mode, "abc");
    near.setOnRequest(
        c -> {
          calls.add("request " + c.reader().readString(1));
          throw new IllegalStateException("thrown on purpose by a test");
        });
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "request a", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsNotCalledOnceThisSideHasClosed(Mode mode) throws Exception {
    notCalledAfter(mode, Connection::close);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsNotCalledOnceThisSideHasReset(Mode mode) throws Exception {
    notCalledAfter(mode, Connection::abort);
  }

  private void notCalledAfter(Mode mode, Consumer<Connection> end) throws Exception {
    receiveAndBeClosed(mode, "hello");
    end.accept(near);
    near.setOnRequest(reading(5));
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void itIsNotCalledWhereThisSideWasFirst(Mode mode) throws Exception {
    open(mode, s -> {});
    near.addCloseCallback(closed -> calls.add("close 1"));
    far.send("hello");
    Eventually.holds("it came", () -> near.in.unread() == 5);
    near.close();
    far.close();
    Eventually.holds("the connection closed", () -> calls.contains("close 1"));
    near.setOnRequest(reading(5));
    awaitLaterCallback();
    assertThat(calls).containsExactly("close 1", "last");
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void withHalfCloseItCanAnswer(Mode mode) throws Exception {
    open(mode, s -> s.halfClose(true));
    far.send("hello");
    far.closeOutput();
    Eventually.holds("the end is seen", () -> near.state.has(ConnectionState.ENDED));
    near.setOnRequest(
        c -> {
          c.writer().writeString(c.reader().readString(5));
          c.writer().flush();
          c.close();
        });
    assertThat(far.receiveText(5, Harness.SOON)).isEqualTo("hello");
    assertThat(far.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aDialledConnectionReadsNothingBeforeItIsTaken(Mode mode) throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.onRequest(reading(5));
    settings.onClose(c -> calls.add("close"));
    open(mode, s -> {});
    PendingDial dial = engine.group.startToConnect(listener.address(), null, settings.build(null));
    PendingDial other = engine.group.startToConnect(listener.address(), null, settings.build(null));
    FakePeer first = listener.accept(Harness.SOON);
    FakePeer second = listener.accept(Harness.SOON);
    for (FakePeer each : List.of(first, second)) {
      each.send("hello");
      each.closeOutput();
    }
    near = dial.result().join();
    EngineConnection lost = other.result().join();
    near.begin();
    awaitLaterCallback();
    assertThat(calls).containsExactly("request hello", "close", "last");
    lost.abort();
    near = lost;
    calls.clear();
    awaitLaterCallback();
    assertThat(calls).containsExactly("last");
  }
}
