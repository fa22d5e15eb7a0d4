package io.netpoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What listeners, servers and groups do while an inline handler holds a poll loop: they keep their
 * deadlines. Each test lets the handler go only after what it asserts has returned, so none needs a
 * clock; a time limit ends what hangs.
 */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(120)
class HeldLoopTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  /** Long enough for loops that are not held to close what they have. */
  private static final Duration ENOUGH = Duration.ofSeconds(2);

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long PATIENCE_SECONDS = 40;

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch letGo = new CountDownLatch(1);

  private final List<PollerGroup> groups = new ArrayList<>();
  private PollerGroup group;

  @BeforeEach
  void openGroup() throws Exception {
    group = inline(1);
  }

  @AfterEach
  void closeGroups() {
    letGo.countDown();
    groups.forEach(PollerGroup::close);
  }

  private PollerGroup inline(int loops) throws IOException {
    PollerGroup made =
        PollerGroup.builder().backend("fake").loops(loops).execution(Execution.inline()).build();
    groups.add(made);
    return made;
  }

  /** Holds the loop for {@code h}, and answers with the number of the loop otherwise. */
  private OnRequest holding() {
    return connection -> {
      if (connection.reader().readByte() == 'h') {
        entered.countDown();
        letGo.await();
      }
      String name = Thread.currentThread().getName();
      connection.writer().writeString(name.substring(name.length() - 1));
      connection.writer().flush();
    };
  }

  private Listener listen() throws IOException {
    return Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
  }

  private EventLoop serve(OnRequest handler, Listener listener) throws IOException {
    EventLoop server = EventLoop.builder(handler).build();
    server.start(listener);
    return server;
  }

  /** Serves until the listener is closed, on a thread of its own. */
  private static FutureTask<Void> serveInBackground(EventLoop server, Listener listener) {
    return start(
        () -> {
          server.serve(listener);
          return null;
        });
  }

  /** Has a request answered by the loop that is number 0. */
  private static void assertAnswered(FakePeer peer) throws Exception {
    peer.send("?");
    assertThat(peer.receiveText(1, SOON)).isEqualTo("0");
  }

  /** Connects a client to each of two loops; in the order of the loops. */
  private static List<FakePeer> onEachLoop(Listener listener) throws Exception {
    FakePeer first = FakeNetwork.connect(listener.localAddress());
    FakePeer second = FakeNetwork.connect(listener.localAddress());
    first.send("?");
    second.send("?");
    second.receiveText(1, SOON);
    return first.receiveText(1, SOON).equals("0") ? List.of(first, second) : List.of(second, first);
  }

  private FakePeer hold(Listener listener) throws Exception {
    FakePeer peer = FakeNetwork.connect(listener.localAddress());
    peer.send("h");
    entered.await();
    return peer;
  }

  /** Runs what must return while the loop is held, and gives its result. */
  private static <T> T returns(Callable<T> call) throws Exception {
    return start(call).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "held-loop-test");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertRefused(Listener listener) {
    assertThatThrownBy(() -> FakeNetwork.connect(listener.localAddress()))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aShutdownReturnsAtItsDeadline_andResetsWhatIsLeftWhenTheLoopGoesOn() throws Exception {
    Listener listener = listen();
    EventLoop server = serve(holding(), listener);
    FakePeer idle = FakeNetwork.connect(listener.localAddress());
    Eventually.holds("it is open", () -> server.connections() == 1);
    FakePeer busy = hold(listener);

    ShutdownReport report = returns(() -> server.shutdown(SHORT));

    assertThat(report).isEqualTo(new ShutdownReport(0, 2));
    assertRefused(listener);
    letGo.countDown();
    assertThat(busy.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    assertThat(idle.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
    assertThat(server.shutdown(SOON)).isEqualTo(report);
  }

  @Test
  void connectionsOfOtherLoopsEndInOrder() throws Exception {
    PollerGroup two = inline(2);
    Listener listener = Listener.builder().group(two).bind("tcp", "127.0.0.1:0");
    EventLoop server = serve(holding(), listener);
    FakePeer first = FakeNetwork.connect(listener.localAddress());
    FakePeer second = FakeNetwork.connect(listener.localAddress());
    first.send("?");
    second.send("?");
    assertThat(first.receiveText(1, SOON)).isNotEqualTo(second.receiveText(1, SOON));
    first.send("h");
    entered.await();

    assertThat(returns(() -> server.shutdown(ENOUGH))).isEqualTo(new ShutdownReport(1, 1));
    assertThat(second.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
    letGo.countDown();
    assertThat(first.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  /** The loop that listens hands connections to the one that is held. */
  @Test
  void aConnectionOnItsWayToAHeldLoop_isCountedAndReset() throws Exception {
    PollerGroup two = inline(2);
    Listener listener = Listener.builder().group(two).bind("tcp", "127.0.0.1:0");
    EventLoop server = serve(holding(), listener);
    onEachLoop(listener).get(1).send("h");
    entered.await();
    FakePeer next = FakeNetwork.connect(listener.localAddress());
    FakePeer overNext = FakeNetwork.connect(listener.localAddress());
    Eventually.holds("each has its loop", () -> two.connections() == 4);
    Eventually.holds("one is on its way", () -> server.connections() == 3);

    ShutdownReport report = returns(() -> server.shutdown(ENOUGH));

    assertThat(report).isEqualTo(new ShutdownReport(2, 2));
    letGo.countDown();
    assertThat(List.of(next.awaitEnd(SOON), overNext.awaitEnd(SOON)))
        .containsExactlyInAnyOrder(FakePeer.End.FIN, FakePeer.End.RST);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
  }

  @Test
  void aDrainReturnsAtItsLimit() throws Exception {
    Listener listener = listen();
    EventLoop server = serve(holding(), listener);
    hold(listener);
    assertThat(returns(() -> server.drain(SHORT))).isFalse();
    assertThat(listener.isOpen()).isFalse();
    assertRefused(listener);
  }

  @Test
  void theDrainOfAListenerReturnsAtItsLimit() throws Exception {
    Listener listener = listen();
    serve(holding(), listener);
    hold(listener);
    assertThat(returns(() -> listener.drain(SHORT))).isFalse();
    assertRefused(listener);
  }

  @Test
  void aListenerThatIsClosedRefusesClientsAtOnce_andItsAddressIsFree() throws Exception {
    Listener listener = listen();
    serve(holding(), listener);
    hold(listener);
    returns(
        () -> {
          listener.close();
          listener.close();
          return null;
        });
    assertRefused(listener);
    try (Listener successor = Listener.builder().group(group).bind(listener.localAddress())) {
      letGo.countDown();
      assertThat(successor.localAddress()).isEqualTo(listener.localAddress());
      try (FakePeer peer = FakeNetwork.connect(successor.localAddress())) {
        EventLoop server = serve(holding(), successor);
        assertAnswered(peer);
        server.shutdown(SOON);
      }
    }
  }

  @Test
  void serveReturnsWhenItsListenerIsClosed() throws Exception {
    Listener listener = listen();
    EventLoop server = EventLoop.builder(holding()).build();
    FutureTask<Void> serving = serveInBackground(server, listener);
    hold(listener);
    returns(() -> server.shutdown(SHORT));
    result(serving);
  }

  @Test
  void aServerThatStartsServesOnceTheLoopGoesOn() throws Exception {
    Listener first = listen();
    serve(holding(), first);
    hold(first);
    Listener second = listen();
    EventLoop server = returns(() -> serve(holding(), second));
    FakePeer peer = FakeNetwork.connect(second.localAddress());
    peer.send("?");
    letGo.countDown();
    assertThat(peer.receiveText(1, SOON)).isEqualTo("0");
    server.shutdown(SOON);
  }

  @Test
  void aServerThatIsShutDownBeforeTheLoopGoesOn_neverStarts() throws Exception {
    Listener first = listen();
    serve(holding(), first);
    hold(first);
    Listener second = listen();
    EventLoop server = returns(() -> serve(holding(), second));
    FakePeer peer = FakeNetwork.connect(second.localAddress());
    assertThat(returns(() -> server.shutdown(SOON))).isEqualTo(new ShutdownReport(0, 0));
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    assertRefused(second);
  }

  /** On its own loop, and on one that another handler holds. */
  @Test
  void aHandlerStartsAServerWithoutWaiting() throws Exception {
    Listener first = listen();
    Listener second = listen();
    PollerGroup other = inline(1);
    Listener third = Listener.builder().group(other).bind("tcp", "127.0.0.1:0");
    Listener fourth = Listener.builder().group(other).bind("tcp", "127.0.0.1:0");
    serve(holding(), fourth);
    hold(fourth);
    CountDownLatch returned = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    EventLoop started = EventLoop.builder(holding()).build();
    EventLoop server =
        serve(
            connection -> {
              connection.reader().readByte();
              try {
                started.start(second);
                started.start(third);
              } catch (IOException | RuntimeException e) {
                failure.set(e);
              }
              returned.countDown();
            },
            first);
    FakeNetwork.connect(first.localAddress()).send("x");
    assertThat(returned.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(failure.get()).isNull();
    letGo.countDown();
    for (Listener listener : new Listener[] {second, third}) {
      assertAnswered(FakeNetwork.connect(listener.localAddress()));
    }
    started.shutdown(SOON);
    server.shutdown(SOON);
  }

  @Test
  void aThreadThatIsInterruptedStartsItsServer_andStaysSo() throws Exception {
    Listener listener = listen();
    EventLoop server = EventLoop.builder(holding()).build();
    assertThat(
            returns(
                () -> {
                  Thread.currentThread().interrupt();
                  server.start(listener);
                  return Thread.currentThread().isInterrupted();
                }))
        .isTrue();
    assertAnswered(FakeNetwork.connect(listener.localAddress()));
    server.shutdown(SOON);
  }

  @Test
  void aGroupThatIsClosedDoesNotWaitForTheHandler_andEndsAfterIt() throws Exception {
    Listener listener = listen();
    EventLoop server = EventLoop.builder(holding()).build();
    FutureTask<Void> serving = serveInBackground(server, listener);
    FakePeer peer = hold(listener);
    returns(
        () -> {
          group.close();
          return null;
        });
    assertRefused(listener);
    assertThatThrownBy(() -> result(serving))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("The poller group that served %s was closed.", listener);
    letGo.countDown();
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
  }

  /** The thread that closes has decided so under a lock, and waits for the loop. */
  @Test
  void aHandlerShutsDown_whileAnotherThreadClosesTheListener() throws Exception {
    Listener listener = listen();
    AtomicReference<EventLoop> shut = new AtomicReference<>();
    CountDownLatch returned = new CountDownLatch(1);
    shut.set(
        serve(
            connection -> {
              connection.reader().readByte();
              entered.countDown();
              while (listener.isOpen()) {
                Thread.onSpinWait();
              }
              shut.get().shutdown(SOON);
              listener.close();
              returned.countDown();
            },
            listener));
    FakePeer peer = hold(listener);
    FutureTask<Void> closing =
        start(
            () -> {
              listener.close();
              return null;
            });
    assertThat(returned.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    result(closing);
    assertThat(peer.awaitEnd(SOON)).isEqualTo(FakePeer.End.FIN);
  }

  @Test
  void aHandlerShutsDown_whileAnotherThreadStartsToServe() throws Exception {
    Listener first = listen();
    Listener second = listen();
    AtomicReference<EventLoop> shut = new AtomicReference<>();
    CountDownLatch returned = new CountDownLatch(1);
    shut.set(
        serve(
            connection -> {
              connection.reader().readByte();
              entered.countDown();
              letGo.await();
              shut.get().shutdown(SOON);
              returned.countDown();
            },
            first));
    hold(first);
    FutureTask<Boolean> starting =
        new FutureTask<>(
            () -> {
              shut.get().start(second);
              return true;
            });
    Thread thread = new Thread(starting, "starts");
    thread.setDaemon(true);
    thread.start();
    Eventually.holds(
        "it waits",
        () ->
            thread.getState() == Thread.State.TIMED_WAITING
                || thread.getState() == Thread.State.WAITING);
    letGo.countDown();
    assertThat(returned.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    result(starting);
    assertThat(second.isOpen()).isFalse();
  }

  /** The timer of its deadline lies on every loop: the one of the caller is held. */
  @Test
  void aShutdownByAHandlerThatHoldsItsLoop_keepsItsDeadlineOnTheOthers() throws Exception {
    PollerGroup two = inline(2);
    Listener listener = Listener.builder().group(two).bind("tcp", "127.0.0.1:0");
    AtomicReference<EventLoop> shut = new AtomicReference<>();
    OnRequest holding = holding();
    shut.set(
        serve(
            connection -> {
              byte what = connection.reader().peek(1).get(0);
              if (what == 'h') {
                shut.get().shutdown(SHORT);
              } else if (what == 'b') {
                connection.reader().skip(1);
                connection.writer().writeBinary(new byte[5000]);
                connection.writer().flush();
                return;
              }
              holding.onRequest(connection);
            },
            listener));
    List<FakePeer> peers = onEachLoop(listener);
    FakePeer onFirst = peers.get(0);
    FakePeer onSecond = peers.get(1);
    onSecond.setWindow(100); // so that its output never drains
    onSecond.send("b");
    onSecond.receive(100, SOON);
    onFirst.send("h");
    entered.await();
    assertThat(onSecond.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    letGo.countDown();
    assertThat(onFirst.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }
}
