package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.Execution.Mode;
import io.netpoll.Reader;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Harness;
import io.netpoll.spi.Filter;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filter with a protocol of its own may rely on. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class FilterTest {
  private static final String HELLO = RecordFilter.record('H', "");
  private static final String END = RecordFilter.record('E', "");
  private static final String WRONG = RecordFilter.record('?', "");
  private static final String ALERT = RecordFilter.record('A', "what?");

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final CompletableFuture<RecordFilter> asking = new CompletableFuture<>();

  private static String data(String text) {
    return RecordFilter.record('D', text);
  }

  private static void echo(Connection connection) throws IOException {
    Reader in = connection.reader();
    connection.writer().append(in.slice(in.length()));
    connection.writer().flush();
  }

  /** Serves with a filter, and notes what callbacks are made. */
  private void serve(
      Harness engine, Filter.Factory filter, Consumer<ConnectionSettings.Builder> settings)
      throws IOException {
    engine.serve(
        s -> {
          s.filter(filter);
          s.onPrepare(
              c -> {
                events.add("prepare");
                c.addCloseCallback(closed -> events.add("closed"));
              });
          s.onConnect(c -> events.add("connect"));
          s.onDisconnect(c -> events.add("disconnect"));
          s.onRequest(FilterTest::echo);
          settings.accept(s);
        });
  }

  /** Serves with a filter that waits for another thread. */
  private void serveAsking(Harness engine) throws IOException {
    serve(
        engine,
        context -> {
          RecordFilter filter = RecordFilter.asking(context);
          asking.complete(filter);
          return filter;
        },
        s -> {});
  }

  /** Says hello; returns the filter when it waits. */
  private RecordFilter awaitAsking(FakePeer peer) throws Exception {
    peer.send(HELLO);
    RecordFilter filter = asking.get(10, TimeUnit.SECONDS);
    Eventually.holds("it waits", () -> filter.waits);
    return filter;
  }

  /** Waits until the loop has taken that many turns, in each of which it does what it is asked. */
  private static void letTurn(ConnectionLoop loop, int turns) throws Exception {
    for (int i = 0; i < turns; i++) {
      CompletableFuture<Void> turned = new CompletableFuture<>();
      assertThat(loop.execute(() -> turned.complete(null))).isTrue();
      turned.get(10, TimeUnit.SECONDS);
    }
  }

  private static FakePeer open(Harness engine) throws Exception {
    FakePeer peer = engine.dial();
    peer.send(HELLO);
    receives(peer, HELLO);
    return peer;
  }

  /**
   * Opens a connection that has flushed plain bytes for many records; its peer takes 1000 bytes.
   */
  private FakePeer openWithUnsent(Harness engine, int records) throws Exception {
    serve(engine, RecordFilter::accepting, s -> s.outputHighWaterMark(4 << 20));
    FakePeer peer = open(engine);
    peer.setWindow(1000);
    EngineConnection connection = engine.opened.iterator().next();
    connection.writer().writeString("x".repeat(RecordFilter.LARGEST * records));
    connection.writer().flush();
    return peer;
  }

  private static void takeRecords(FakePeer peer, int window, int records) throws Exception {
    peer.setWindow(window);
    int expected = records * (RecordFilter.LARGEST + 2);
    assertThat(peer.receive(expected, Harness.SOON)).hasSize(expected);
  }

  private static void receives(FakePeer peer, String expected) throws Exception {
    assertThat(peer.receiveText(expected.length(), Harness.SOON)).isEqualTo(expected);
  }

  /** The text of data records. */
  private static String receiveData(FakePeer peer, int bytes) throws Exception {
    StringBuilder text = new StringBuilder();
    while (text.length() < bytes) {
      byte[] header = peer.receive(2, Harness.SOON);
      assertThat(header[0]).isEqualTo((byte) 'D');
      text.append(peer.receiveText(header[1], Harness.SOON));
    }
    return text.toString();
  }

  private void awaitEvents(String... expected) {
    Eventually.passes(() -> assertThat(events).containsExactly(expected));
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void bytesAreChangedBothWays_afterAHandshakeThatComesBeforeOnConnect(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = engine.dial();
      awaitEvents("prepare");
      peer.send(HELLO);
      receives(peer, HELLO);
      awaitEvents("prepare", "connect");
      peer.send(data("LOUD") + data("ER"));
      assertThat(receiveData(peer, 6)).isEqualTo("LOUDER");
      peer.send(END);
      peer.closeOutput();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(events).containsExactlyInAnyOrder("prepare", "connect", "disconnect", "closed");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aCloseSendsTheLastWordAfterWhatWasFlushed_andThenFin(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      serve(
          engine,
          RecordFilter::accepting,
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    c.writer().writeString("x".repeat(10_000));
                    c.writer().flush();
                    c.close();
                  }));
      FakePeer peer = open(engine);
      peer.setWindow(70);
      peer.send(data("A"));
      receives(peer, data("X".repeat(RecordFilter.LARGEST)).repeat(100) + END);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(peer.received()).isZero();
    }
  }

  @Test
  void aPeerThatGoesWithoutALastWord_isNotTakenForOneThatHasEnded() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      serve(
          engine,
          RecordFilter::accepting,
          s ->
              s.onRequest(
                  c -> {
                    try {
                      c.reader().readString(100);
                    } catch (IOException e) {
                      failure.complete(e);
                      throw e;
                    }
                  }));
      FakePeer peer = open(engine);
      peer.send(data("HALF"));
      peer.closeOutput();
      assertThat(failure.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ConnectionClosedException.class)
          .hasMessageContaining("The end was cut off.");
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(events).containsExactlyInAnyOrder("prepare", "connect", "disconnect", "closed");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void wrongBytes_areAnsweredByAnAlertBeforeTheEnd(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = open(engine);
      peer.send(WRONG);
      receives(peer, ALERT);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(peer.received()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "H", "?\0"})
  void aConnectionThatIsNeverOpen_isPreparedAndClosed_andNothingElse(String handshake)
      throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = engine.dial();
      peer.send(handshake);
      peer.closeOutput();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(events).containsExactly("prepare", "closed");
    }
  }

  @Test
  void aResetDuringTheHandshake_endsTheConnection() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = engine.dial();
      awaitEvents("prepare");
      peer.reset();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(events).containsExactly("prepare", "closed");
    }
  }

  @Test
  void aServerThatShutsDown_doesNotWaitForAHandshake() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = engine.dial();
      awaitEvents("prepare");
      engine.opened.iterator().next().closeWhenIdle();
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      awaitEvents("prepare", "closed");
    }
  }

  @Test
  void aFilterThatCannotBeMade_closesItsConnection() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(
          engine,
          context -> {
            throw new IOException("made to fail by a test");
          },
          s -> {});
      FakePeer peer = engine.dial();
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
      awaitEvents("prepare", "closed");
    }
  }

  @Test
  void whatIsFlushedBeforeTheFilterIsOpen_isSentAfterIt() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      serve(
          engine,
          RecordFilter::accepting,
          s ->
              s.onPrepare(
                  c -> {
                    c.writer().writeString("early");
                    try {
                      c.writer().flush();
                      events.add("flushed");
                    } catch (IOException e) {
                      events.add(e.toString());
                    }
                  }));
      FakePeer peer = engine.dial();
      awaitEvents("flushed");
      assertThat(peer.received()).isZero();
      peer.send(HELLO);
      receives(peer, HELLO + data("EARLY"));
    }
  }

  @Test
  void aFilterThatWaitsForAnotherThread_goesOnWhenThatSaysSo() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serveAsking(engine);
      FakePeer peer = engine.dial();
      RecordFilter filter = awaitAsking(peer);
      peer.send(data("B").repeat(1000));
      filter.letIn();
      receives(peer, HELLO);
      assertThat(receiveData(peer, 1000)).isEqualTo("B".repeat(1000));
      awaitEvents("prepare", "connect");
    }
  }

  @Test
  void whileAFilterWaits_nothingIsRead() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serveAsking(engine);
      FakePeer peer = engine.dial();
      RecordFilter filter = awaitAsking(peer);
      for (int i = 0; i < 100; i++) {
        peer.send(data("B").repeat(100));
      }
      peer.closeOutput();
      engine.opened.iterator().next().setOnRequest(FilterTest::echo); // a run begins, and ends
      letTurn(engine.opened.iterator().next().loop(), 1000);
      assertThat(peer.unreadByLibrary()).isEqualTo(100 * 100 * data("B").length());
      assertThat(filter.asked).as("asked in vain").hasValueLessThan(10);
      filter.letIn();
      receives(peer, HELLO);
    }
  }

  @Test
  void aPeerThatDoesNotRead_hasFewBytesMadeAheadOfTheSocket() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      FakePeer peer = openWithUnsent(engine, 10_000);
      EngineConnection connection = engine.opened.iterator().next();
      int bytes = RecordFilter.LARGEST * 10_000;
      assertThat(connection.filter.staged()).isBetween(60_000L, 66_000L);
      assertThat(connection.out.pending())
          .as("plain and staged bytes")
          .isBetween(bytes - 2000L, bytes + 2000L);
      takeRecords(peer, 4 << 20, 10_000);
      Eventually.holds("all is sent", () -> connection.out.pending() == 0);
    }
  }

  /** A flush waits for it to fall, and is refused where it is high: both look at it in turn. */
  @Test
  void whatIsUnsent_neverGrowsWhileItIsSent() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      FakePeer peer = openWithUnsent(engine, 30_000);
      EngineConnection connection = engine.opened.iterator().next();
      CompletableFuture<Long> growth =
          CompletableFuture.supplyAsync(
              () -> {
                long most = 0;
                long before = connection.out.pending();
                while (before > 0) {
                  long now = connection.out.pending();
                  most = Math.max(most, now - before);
                  before = now;
                }
                return most;
              });
      takeRecords(peer, 64 << 10, 30_000);
      assertThat(growth.get(10, TimeUnit.SECONDS)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void whatAFilterHoldsReadable_isDeliveredWhenTheReaderHasCaughtUp(Mode mode) throws Exception {
    int records = 5000;
    try (Harness engine = new Harness(Harness.execution(mode))) {
      StringBuffer read = new StringBuffer();
      CompletableFuture<Connection> asked = new CompletableFuture<>();
      serve(
          engine,
          RecordFilter::accepting,
          s -> {
            s.inputHighWaterMark(1000);
            s.onRequest(asked::complete);
          });
      FakePeer peer = open(engine);
      peer.send(data("ABCDEFGHIJ").repeat(records) + END);
      peer.closeOutput();
      EngineConnection connection = (EngineConnection) asked.get(10, TimeUnit.SECONDS);
      Eventually.holds("it is full", () -> connection.in.unread() >= 1000);
      assertThat(connection.in.unread()).isLessThan(1000 + RecordFilter.LARGEST);
      connection.setOnRequest(c -> read.append(c.reader().readString(c.reader().length())));
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
      assertThat(read).hasToString("abcdefghij".repeat(records));
    }
  }

  @Test
  void aConnectionWithAFilter_cannotBeDetached() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(engine, RecordFilter::accepting, s -> {});
      FakePeer peer = open(engine);
      EngineConnection connection = engine.opened.iterator().next();
      assertThatThrownBy(() -> connection.detach().toCompletableFuture().get())
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has a filter");
      peer.send(data("A"));
      receives(peer, data("A"));
    }
  }

  // ---- Dials -----------------------------------------------------------------------------------

  private static ConnectionSettings dialling() {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.filter(RecordFilter::dialling);
    settings.readTimeout(Harness.SOON);
    return settings.build(null);
  }

  @Test
  void aDialSucceedsWhenTheFilterIsOpen() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive());
        FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT)) {
      CompletableFuture<EngineConnection> dialled =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return engine.connect(
                      listener.address(), dialling(), Await.Limit.in(Harness.SOON.toNanos()));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      FakePeer peer = listener.accept(Harness.SOON);
      receives(peer, HELLO);
      assertThat(dialled).isNotDone();
      peer.send(HELLO + data("WELCOME"));
      EngineConnection connection = dialled.get(10, TimeUnit.SECONDS);
      assertThat(connection.reader().readString(7)).isEqualTo("welcome");
      connection.writer().writeString("thanks");
      connection.writer().flush();
      connection.close();
      receives(peer, data("THANKS") + END);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @Test
  void aDialFailsWithWhatTheFilterSays() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive());
        FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT)) {
      PendingDial dial = engine.group.startToConnect(listener.address(), null, dialling());
      FakePeer peer = listener.accept(Harness.SOON);
      peer.send(WRONG);
      assertThatThrownBy(() -> dial.result().get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("There are no records of type ?.");
      receives(peer, HELLO + ALERT);
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @Test
  void aDialFailsIfThePeerGoesDuringTheHandshake() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive());
        FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT)) {
      PendingDial dial = engine.group.startToConnect(listener.address(), null, dialling());
      FakePeer peer = listener.accept(Harness.SOON);
      peer.closeOutput();
      assertThatThrownBy(() -> dial.result().get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("The end was cut off.");
    }
  }

  @Test
  void aReadOfADialledConnection_endsWithTheFilter() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive());
        FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT)) {
      PendingDial dial = engine.group.startToConnect(listener.address(), null, dialling());
      FakePeer peer = listener.accept(Harness.SOON);
      peer.send(HELLO);
      EngineConnection connection = dial.result().get(10, TimeUnit.SECONDS);
      connection.begin();
      peer.send(WRONG);
      assertThatThrownBy(() -> connection.read(ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("There are no records of type ?.");
      connection.close();
    }
  }
}
