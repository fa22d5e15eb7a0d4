package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** The callbacks of a connection: their order, what each may do, and what they share. */
abstract class LifeContract extends ConnectionSuite {
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private static SocketPair pair(ConnectionStage stage, ConnectionStage.Server server)
      throws IOException {
    return new SocketPair(new RecordingEndpoint(), stage.peer(server));
  }

  private void addCloseCallbacks(Connection connection) {
    connection.addCloseCallback(closed -> calls.add("close 1"));
    connection.addCloseCallback(closed -> calls.add("close 2"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void callbacksComeInTheirOrder_eachOnce(Setting setting) throws Exception {
    var stage = open(setting.mode());
    var server =
        stage.serve(
            setting.kind(),
            connection -> {
              calls.add("request");
              ECHO.onRequest(connection);
            },
            options ->
                options
                    .onPrepare(
                        connection -> {
                          calls.add("prepare");
                          addCloseCallbacks(connection);
                        })
                    .onConnect(connection -> calls.add("connect"))
                    .onDisconnect(connection -> calls.add("disconnect")));
    SocketPair client = pair(stage, server);
    client.peerSends("x");
    assertThat(client.peerReads(1)).isEqualTo("x");
    client.peer().close();

    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    assertThat(calls)
        .containsExactly("prepare", "connect", "request", "disconnect", "close 1", "close 2");
  }

  @ParameterizedTest
  @MethodSource("settings")
  void oneThatOnPrepareCloses_getsItsCloseCallbacksAndNothingElse(Setting setting)
      throws Exception {
    var stage = open(setting.mode());
    var server =
        stage.serve(
            setting.kind(),
            connection -> calls.add("request"),
            options ->
                options
                    .onPrepare(
                        connection -> {
                          addCloseCallbacks(connection);
                          connection.close();
                        })
                    .onConnect(connection -> calls.add("connect"))
                    .onDisconnect(connection -> calls.add("disconnect")));
    SocketPair client = pair(stage, server);
    assertThat(client.peerReads(1)).as("FIN").isEmpty();

    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    assertThat(calls).containsExactly("close 1", "close 2");
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsReadBeforeOnPrepareHasReturned(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CountDownLatch sent = new CountDownLatch(1);
    AtomicInteger read = new AtomicInteger(-1);
    var server =
        stage.serve(
            SocketKind.TCP,
            ECHO,
            options ->
                options.onPrepare(
                    connection -> {
                      sent.await();
                      read.set(connection.reader().length());
                    }));
    SocketPair client = pair(stage, server);
    client.peerSends("early");
    sent.countDown();

    assertThat(client.peerReads(5)).isEqualTo("early");
    assertThat(read).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INLINE")
  void onConnectMayReadAndWriteAndWait_andOnRequestComesAfterIt(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            ECHO,
            options ->
                options.onConnect(
                    connection -> {
                      connection.writer().writeString("name?");
                      connection.writer().flush();
                      String name = connection.reader().readString(3);
                      connection.writer().writeString("hello " + name + ", ");
                      connection.writer().flush();
                    }));
    SocketPair client = pair(stage, server);
    assertThat(client.peerReads(5)).isEqualTo("name?");
    client.peerSends("Joe" + "echo this");
    assertThat(client.peerReads(20)).isEqualTo("hello Joe, echo this");
  }

  @ParameterizedTest
  @EnumSource(names = "INLINE")
  void whereNothingMayWait_onConnectWrites(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            ECHO,
            options ->
                options.onConnect(
                    connection -> {
                      connection.writer().writeString("hello, ");
                      connection.writer().flush();
                    }));
    SocketPair client = pair(stage, server);
    client.peerSends("echo this");
    assertThat(client.peerReads(16)).isEqualTo("hello, echo this");
  }

  @ParameterizedTest
  @EnumSource
  void onRequestCallsComeOneAtATime_andSeeWhatTheOnesBeforeWrote(Execution.Mode mode)
      throws Exception {
    int requests = 2000;
    var stage = open(mode, 2);
    stage.allowFor(requests);
    int[] plain = new int[1];
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              overlapped.compareAndSet(false, inside.incrementAndGet() > 1);
              connection.reader().skip(1);
              plain[0]++;
              if (plain[0] == requests) {
                connection.writer().writeInt(plain[0]);
                connection.writer().flush();
              }
              inside.decrementAndGet();
            });
    Connection client = stage.dial(server.address());
    for (int i = 0; i < requests; i++) {
      client.writer().writeByte(i);
      client.writer().flush();
    }
    assertThat(client.reader().readInt()).isEqualTo(requests);
    assertThat(overlapped).isFalse();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INLINE")
  void onDisconnectMayOverlapOnRequest_closeCallbacksWaitForBoth(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch disconnected = new CountDownLatch(1);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(1);
              started.countDown();
              disconnected.await(20, TimeUnit.SECONDS);
              calls.add("request returns");
            },
            options ->
                options
                    .onPrepare(this::addCloseCallbacks)
                    .onDisconnect(
                        connection -> {
                          calls.add("disconnect");
                          disconnected.countDown();
                        }));
    SocketPair client = pair(stage, server);
    client.peerSends("x");
    assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
    client.peer().close();

    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    assertThat(calls).containsExactly("disconnect", "request returns", "close 1", "close 2");
  }

  @ParameterizedTest
  @EnumSource
  void noCallbackRunsOnTheStackOfACallByUserCode(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CompletableFuture<Connection> closed = new CompletableFuture<>();
    AtomicBoolean nested = new AtomicBoolean();
    ThreadLocal<Boolean> inUserCode = ThreadLocal.withInitial(() -> false);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              inUserCode.set(true);
              connection.addCloseCallback(
                  gone -> {
                    nested.compareAndSet(false, inUserCode.get());
                    closed.complete(gone);
                  });
              connection.setOnRequest(again -> nested.compareAndSet(false, inUserCode.get()));
              connection.writer().writeByte(1);
              connection.writer().flush();
              connection.close();
              inUserCode.set(false);
            });
    pair(stage, server).peerSends("x");
    Connection connection = closed.get(20, TimeUnit.SECONDS);
    CompletableFuture<Thread> late = new CompletableFuture<>();
    connection.addCloseCallback(gone -> late.complete(Thread.currentThread()));
    assertThat(late.get(20, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    assertThat(nested).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerThatConsumesNothing_isCalledForNewBytesOnly_andEndsWithTheInput(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    AtomicInteger requests = new AtomicInteger();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> requests.incrementAndGet(),
            options -> options.onPrepare(this::addCloseCallbacks));
    SocketPair client = pair(stage, server);
    for (int i = 1; i <= 3; i++) {
      int sent = i;
      client.peerSends("x");
      Eventually.holds("it is called", () -> requests.get() == sent);
    }
    stage.letTheLoopTurn();
    assertThat(requests).hasValue(3);
    client.peer().shutdownOutput();
    assertThat(client.peerReads(1)).as("FIN").isEmpty();
    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    assertThat(requests).hasValue(4); // at the end of input it is shown what is left, once
  }

  @ParameterizedTest
  @EnumSource
  void whatAHandlerThrows_closesItsConnectionBehindWhatWasFlushed(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              ECHO.onRequest(connection);
              throw new IOException("thrown on purpose by a test");
            },
            options -> options.onPrepare(this::addCloseCallbacks));
    SocketPair client = pair(stage, server);
    client.peerSends("answer");
    assertThat(client.peerReads(7)).isEqualTo("answer");
    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    stage.letTheLoopTurn();
  }

  /** What the callbacks of one connection share. */
  private record Visit(String name, AtomicInteger requests) {}

  @ParameterizedTest
  @EnumSource
  void theContextThatOnPrepareMakes_isGivenToTheOthers(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    EventLoop.Builder counting =
        EventLoop.withContext(
                connection -> {
                  connection.addCloseCallback(
                      gone -> calls.add("close " + gone.attachment(Visit.class).requests()));
                  return new Visit("prepared", new AtomicInteger());
                })
            .onConnect(
                (connection, visit) -> {
                  calls.add("connect " + visit.name());
                  connection.attach(new Visit("connected", visit.requests()));
                })
            .onDisconnect((connection, visit) -> calls.add("disconnect " + visit.name()))
            .onRequest(
                (connection, visit) -> {
                  visit.requests().incrementAndGet();
                  ECHO.onRequest(connection);
                });
    var server = stage.serve(SocketKind.TCP, counting);
    SocketPair client = pair(stage, server);
    for (int i = 0; i < 2; i++) {
      client.peerSends("x");
      assertThat(client.peerReads(1)).isEqualTo("x");
    }
    client.peer().close();

    Eventually.holds("the last is called", () -> calls.contains("close 2"));
    assertThat(calls).containsExactly("connect prepared", "disconnect connected", "close 2");
  }

  @ParameterizedTest
  @EnumSource
  void withoutAContext_theConnectionCloses(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    EventLoop.Builder refusing =
        EventLoop.<Visit>withContext(connection -> null)
            .onRequest((connection, visit) -> calls.add("request"));
    SocketPair client = pair(stage, stage.serve(SocketKind.TCP, refusing));
    assertThat(client.peerReads(1)).as("FIN").isEmpty();
    assertThat(calls).isEmpty();
  }
}
