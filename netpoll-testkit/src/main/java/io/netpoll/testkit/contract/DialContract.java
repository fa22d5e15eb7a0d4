package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.DialTimeoutException;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.InlineWaitException;
import io.netpoll.Listener;
import io.netpoll.spi.BacklogFullException;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dialling hosts with several addresses, and dialling without waiting. */
abstract class DialContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final int CANCELLED = 200;
  private static final int HANGING = 100;

  private static InetAddress address(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }

  /** A dialer for which every name has the given addresses. */
  private static Dialer dialer(ConnectionStage stage, Duration attemptDelay, String... literals) {
    return stage
        .dialer()
        .resolver(
            host -> {
              InetAddress[] found = new InetAddress[literals.length];
              for (int i = 0; i < found.length; i++) {
                found[i] = address(literals[i]);
              }
              return List.of(found);
            })
        .attemptDelay(attemptDelay)
        .build();
  }

  /** A listening socket on an address of the loopback interface. */
  private static ServerSocketChannel listen(ConnectionStage stage, String literal, int port)
      throws IOException {
    ServerSocketChannel server = stage.keep(ServerSocketChannel.open());
    return server.bind(new InetSocketAddress(address(literal), port), CANCELLED + 50);
  }

  private static int port(SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  /** A listening socket with the port of a black hole on 127.0.0.1, on another address. */
  private static ServerSocketChannel listenBeside(ConnectionStage stage, String literal)
      throws IOException {
    for (int i = 0; ; i++) {
      BlackHole hole = stage.keep(BlackHole.open());
      try {
        return listen(stage, literal, port(hole.address()));
      } catch (BindException e) {
        assumeTrue(i < 10, "No port is free on both addresses.");
      }
    }
  }

  private static void awaitOnly(ConnectionStage stage, int connections) {
    Eventually.holds("no other is left", () -> stage.group.connections() == connections);
  }

  @ParameterizedTest
  @EnumSource
  void theNextAddressIsTriedAsSoonAsOneRefuses(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage, "127.0.0.3", 0);
    int port = port(server.getLocalAddress());
    Dialer dialer = dialer(stage, LONG, "127.0.0.1", "127.0.0.2", "127.0.0.3");
    Connection connection = dialer.connect("tcp", "somewhere:" + port, ConnectionStage.PATIENCE);
    assertThat(connection.remoteAddress()).isEqualTo(server.getLocalAddress());
    awaitOnly(stage, 1);
  }

  @Test
  void theOtherFamilyIsTried_whereOneIsNotServed() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage, "127.0.0.1", 0);
    int port = port(server.getLocalAddress());
    Dialer dialer = dialer(stage, LONG, "::1", "127.0.0.1");
    Connection connection = dialer.connect("tcp", "somewhere:" + port, ConnectionStage.PATIENCE);
    assertThat(connection.remoteAddress()).isEqualTo(server.getLocalAddress());
    assertThatThrownBy(() -> dialer.connect("tcp6", "somewhere:" + port, ConnectionStage.PATIENCE))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("[0:0:0:0:0:0:0:1]:" + port);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatDoesNotAnswerIsOvertaken_andWhatWasHalfOpenIsClosed(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listenBeside(stage, "127.0.0.2");
    int port = port(server.getLocalAddress());
    Dialer dialer = dialer(stage, SHORTEST, "127.0.0.1", "127.0.0.2");
    Connection connection = dialer.connect("tcp", "somewhere:" + port, ConnectionStage.PATIENCE);
    assertThat(connection.remoteAddress()).isEqualTo(server.getLocalAddress());
    awaitOnly(stage, 1);
    SocketChannel peer = stage.keep(server.accept());
    assertThat(connection.localAddress()).isEqualTo(peer.getRemoteAddress());
  }

  @Test
  void attemptsFromOneLocalPortOverlap() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listenBeside(stage, "127.0.0.2");
    InetSocketAddress local;
    try (ServerSocketChannel free = ServerSocketChannel.open()) {
      local =
          (InetSocketAddress) free.bind(new InetSocketAddress("127.0.0.4", 0)).getLocalAddress();
    }
    Dialer dialer = dialer(stage, SHORTEST, "127.0.0.1", "127.0.0.2");
    InetSocketAddress remote =
        InetSocketAddress.createUnresolved("somewhere", port(server.getLocalAddress()));
    Connection connection = dialer.connectTcp(local, remote, ConnectionStage.PATIENCE);
    assertThat(connection.localAddress()).isEqualTo(local);
    assertThat(stage.keep(server.accept()).getRemoteAddress()).isEqualTo(local);
    awaitOnly(stage, 1);
  }

  @Test
  void addressesOfAnotherFamilyThanTheLocalOneAreLeftOut() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage, "127.0.0.1", 0);
    InetSocketAddress remote =
        InetSocketAddress.createUnresolved("somewhere", port(server.getLocalAddress()));
    InetSocketAddress local = new InetSocketAddress(address("127.0.0.2"), 0);
    Connection connection =
        dialer(stage, LONG, "::1", "127.0.0.1").connectTcp(local, remote, ConnectionStage.PATIENCE);
    assertThat(((InetSocketAddress) connection.localAddress()).getAddress())
        .isEqualTo(local.getAddress());
    assertThatThrownBy(
            () -> dialer(stage, LONG, "::1").connectTcp(local, remote, ConnectionStage.PATIENCE))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("family of the local address");
  }

  @ParameterizedTest
  @EnumSource
  void whenAllRefuse_eachReasonIsTold(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    int port = port(stage.keep(RefusingAddress.open()).address());
    Dialer dialer = dialer(stage, LONG, "127.0.0.1", "127.0.0.2");
    assertThatThrownBy(() -> dialer.connect("tcp", "somewhere:" + port, ConnectionStage.PATIENCE))
        .isInstanceOf(ConnectException.class)
        .hasMessageMatching("Dialling somewhere:" + port + " failed after [0-9.]+ m?s .*")
        .hasMessageContaining("127.0.0.1:" + port + ": ")
        .hasMessageContaining("127.0.0.2:" + port + ": ")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
    awaitOnly(stage, 0);
  }

  @Test
  void whenTheTimeIsOver_whatBecameOfEachAddressIsTold() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    BlackHole hole = stage.keep(BlackHole.open());
    int port = port(hole.address());
    Dialer dialer = dialer(stage, LONG, "127.0.0.2", "127.0.0.1", "127.0.0.3");
    String message = "";
    for (Duration timeout = BRIEFLY;
        !message.contains("127.0.0.1:" + port + ": no answer");
        timeout = timeout.plus(timeout)) {
      assertThat(timeout).as(message).isLessThan(ConnectionStage.PATIENCE);
      Duration allowed = timeout; // too little where the machine is slow: what is before takes all
      Throwable thrown = catchThrowable(() -> dialer.connect("tcp", "somewhere:" + port, allowed));
      assertThat(thrown).isInstanceOf(DialTimeoutException.class);
      message = thrown.getMessage();
    }
    assertThat(message)
        .matches("Dialling somewhere:" + port + " was not done within [0-9.]+ m?s .*")
        .contains("127.0.0.2:" + port + ": ")
        .contains("127.0.0.1:" + port + ": no answer")
        .contains("not tried: 1 more");
    awaitOnly(stage, 0);
  }

  @ParameterizedTest
  @EnumSource
  void theTimeoutCoversTheLookUp(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    CountDownLatch never = new CountDownLatch(1);
    Dialer dialer = waitingFor(never, stage, new CountDownLatch(1), new CountDownLatch(1));
    assertThatThrownBy(() -> dialer.connect("tcp", "somewhere:1", BRIEFLY))
        .isInstanceOf(DialTimeoutException.class)
        .hasMessageContaining("was not done within 50 ms (its name was still being looked up)");
    assertThatThrownBy(dialer.connectAsync("tcp", "somewhere:1", BRIEFLY)::get)
        .hasCauseInstanceOf(DialTimeoutException.class);
  }

  @Test
  void aLookUpThatNobodyWaitsForIsInterrupted() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Dialer dialer = waitingFor(new CountDownLatch(1), stage, begun, interrupted);
    CompletableFuture<Connection> dial = dialer.connectAsync("tcp", "somewhere:1", LONG);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    dial.cancel(false);
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** A dialer whose look-ups wait for a latch, and tell of their beginning and interruption. */
  private static Dialer waitingFor(
      CountDownLatch answer,
      ConnectionStage stage,
      CountDownLatch begun,
      CountDownLatch interrupted) {
    return stage
        .dialer()
        .resolver(
            host -> {
              begun.countDown();
              try {
                answer.await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              throw new UnknownHostException(host);
            })
        .build();
  }

  @Test
  void whatTheResolverThrowsIsTold() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    Dialer unknown =
        stage
            .dialer()
            .resolver(
                host -> {
                  throw new UnknownHostException(host + " is unknown here");
                })
            .build();
    assertThatThrownBy(() -> unknown.connect("tcp", "somewhere:1", ConnectionStage.PATIENCE))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageMatching("Dialling somewhere:1 failed after .*: somewhere is unknown here\\.");
    Dialer broken =
        stage
            .dialer()
            .resolver(
                host -> {
                  throw new IllegalStateException("provoked by a test");
                })
            .build();
    assertThatThrownBy(() -> broken.connect("tcp", "somewhere:1", ConnectionStage.PATIENCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("somewhere:1")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aFutureCompletesWhereHandlersRun_soThatWhatDependsOnItMayWait(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    CountDownLatch dependent = new CountDownLatch(1);
    Dialer dialer =
        stage
            .dialer()
            .resolver(
                host -> {
                  dependent.await(); // what depends on a future that is done runs on this thread
                  return List.of(address("127.0.0.1"));
                })
            .build();
    CompletableFuture<String> answer =
        dialer
            .connectAsync("tcp", "somewhere:" + port(server.address()), ConnectionStage.PATIENCE)
            .thenApply(stage::dialled)
            .thenApply(DialContract::ask);
    dependent.countDown();
    if (stage.mayWait()) {
      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("pong");
    } else {
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InlineWaitException.class);
    }
  }

  private static String ask(Connection connection) {
    try {
      connection.writer().writeString("pong");
      connection.writer().flush();
      return connection.reader().readString(4);
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      connection.reader().release();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerDials_waitingForItUnlessItRunsInline(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel target = listen(stage, "127.0.0.1", 0);
    String address = "somewhere:" + port(target.getLocalAddress());
    Dialer dialer = dialer(stage, LONG, "127.0.0.1");
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              try {
                dialled.complete(dialer.connect("tcp", address, ConnectionStage.PATIENCE));
              } catch (Throwable t) {
                dialled.completeExceptionally(t);
              }
              connection.reader().skip(connection.reader().length());
            });
    stage.peer(server).write(ByteBuffer.wrap(new byte[1]));
    if (stage.mayWait()) {
      assertThat(dialled.get(20, TimeUnit.SECONDS).isActive()).isTrue();
    } else {
      assertThatThrownBy(() -> dialled.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InlineWaitException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFutureFailsAsTheDialDoes(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    BlackHole hole = stage.keep(BlackHole.open());
    Dialer dialer = dialer(stage, LONG, "127.0.0.1");
    InetSocketAddress address = (InetSocketAddress) hole.address();
    assertThatThrownBy(dialer.connectTcpAsync(null, address, BRIEFLY)::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(DialTimeoutException.class);
    awaitOnly(stage, 0);
  }

  @Test
  void aUnixSocketIsDialledAsAFuture() throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    var stage = open(Execution.Mode.WORKERS);
    var server = stage.serve(SocketKind.UNIX, ECHO);
    Connection connection =
        stage
            .dialer()
            .build()
            .connectUnixAsync(
                null, (UnixDomainSocketAddress) server.address(), ConnectionStage.PATIENCE)
            .get(20, TimeUnit.SECONDS);
    assertThat(ask(stage.dialled(connection))).isEqualTo("pong");
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledDialClosesWhatWasHalfOpen(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    BlackHole hole = stage.keep(BlackHole.open());
    Dialer dialer = dialer(stage, LONG, "127.0.0.1");
    InetSocketAddress address = (InetSocketAddress) hole.address();
    CompletableFuture<Connection> dial = dialer.connectTcpAsync(null, address, LONG);
    Eventually.holds("it is under way", () -> stage.group.connections() == 1);
    assertThat(dial.cancel(false)).isTrue();
    awaitOnly(stage, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatIsCancelledWhileItSucceedsLeavesNothing(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    ServerSocketChannel server = listen(stage, "127.0.0.1", 0);
    Dialer dialer = dialer(stage, LONG, "127.0.0.1");
    InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
    for (int i = 0; i < CANCELLED; i++) {
      CompletableFuture<Connection> dial = dialer.connectTcpAsync(null, address, LONG);
      for (int spins = i * 20; spins > 0; spins--) {
        Thread.onSpinWait(); // meets each moment of the dial, more or less
      }
      if (!dial.cancel(false)) {
        dial.get().close();
      }
    }
    awaitOnly(stage, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aUnixSocketWhoseQueueIsFullIsDialledAgain_untilThereIsRoom(Execution.Mode mode)
      throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    var stage = open(mode);
    FullQueue full = stage.keep(FullQueue.open(directory));
    Dialer dialer = stage.dialer().build();
    CompletableFuture<Connection> dial = dialer.connectUnixAsync(null, full.address(), LONG);
    stage.letTheLoopTurn(); // by now it was refused once
    assertThat(dial).isNotDone();
    full.acceptOne();
    assertThat(dial.get(20, TimeUnit.SECONDS).remoteAddress()).isEqualTo(full.address());
    full.acceptOne();
    assertThat(dialer.connectUnix(null, full.address(), LONG).isActive()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aUnixSocketWhoseQueueStaysFull_isDialledUntilTheTimeIsOver(Execution.Mode mode)
      throws Exception {
    SocketKind.UNIX.assumeProvidedBy(provider());
    var stage = open(mode);
    FullQueue full = stage.keep(FullQueue.open(directory));
    Dialer dialer = stage.dialer().build();
    assertThatThrownBy(() -> dialer.connectUnix(null, full.address(), BRIEFLY))
        .isInstanceOf(DialTimeoutException.class)
        .hasMessageContaining("unix:" + full.address() + ": ")
        .hasMessageContaining("its queue of connections to be accepted is full")
        .hasCauseInstanceOf(BacklogFullException.class);
    CompletableFuture<Connection> dial = dialer.connectUnixAsync(null, full.address(), LONG);
    stage.letTheLoopTurn();
    assertThat(dial.cancel(false)).isTrue();
    awaitOnly(stage, 0);
  }

  /** An address of the loopback interface that is taken, but not listened at, and may be shared. */
  private static InetSocketAddress unserved(ConnectionStage stage) throws IOException {
    SocketChannel bound = stage.keep(SocketChannel.open());
    bound.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    return (InetSocketAddress)
        bound.bind(new InetSocketAddress(address("127.0.0.1"), 0)).getLocalAddress();
  }

  @ParameterizedTest
  @EnumSource
  void aSocketIsNotConnectedWithItself(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    InetSocketAddress address = unserved(stage);
    Dialer dialer = stage.dialer().build();
    assertThatThrownBy(() -> dialer.connectTcp(address, address, ConnectionStage.PATIENCE))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("connected the socket with itself");
    awaitOnly(stage, 0);
    assertThatThrownBy(dialer.connectTcpAsync(address, address, ConnectionStage.PATIENCE)::get)
        .hasCauseInstanceOf(ConnectException.class)
        .hasMessageContaining("connected the socket with itself");
    awaitOnly(stage, 0);
  }

  @Test
  void whereTheSocketWouldBeConnectedWithItself_theNextAddressIsTried() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    InetSocketAddress local = unserved(stage);
    ServerSocketChannel server = listen(stage, "127.0.0.2", local.getPort());
    InetSocketAddress remote = InetSocketAddress.createUnresolved("somewhere", local.getPort());
    Connection connection =
        dialer(stage, LONG, "127.0.0.1", "127.0.0.2")
            .connectTcp(local, remote, ConnectionStage.PATIENCE);
    assertThat(connection.remoteAddress()).isEqualTo(server.getLocalAddress());
    awaitOnly(stage, 1);
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatFailsNamesItsCaller(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    InetSocketAddress refusing = (InetSocketAddress) stage.keep(RefusingAddress.open()).address();
    Dialer dialer = dialer(stage, LONG, "127.0.0.1");
    assertNamesThisTest(
        catchThrowable(() -> dialer.connectTcp(null, refusing, ConnectionStage.PATIENCE)),
        "aDialThatFailsNamesItsCaller",
        true);
    assertNamesThisTest(
        catchThrowable(
            () ->
                dialer.connect("tcp", "somewhere:" + refusing.getPort(), ConnectionStage.PATIENCE)),
        "aDialThatFailsNamesItsCaller",
        true);
    Dialer odd = stage.dialer().option(StandardSocketOptions.IP_MULTICAST_TTL, 1).build();
    assertNamesThisTest(
        catchThrowable(() -> odd.connectTcp(null, refusing, ConnectionStage.PATIENCE)),
        "aDialThatFailsNamesItsCaller",
        false);
  }

  /**
   * Checks that an exception leads to a test.
   *
   * @param alone whether its stack trace has nothing of a poll loop
   */
  static void assertNamesThisTest(Throwable thrown, String test, boolean alone) {
    StackTraceElement[] trace = thrown.getStackTrace();
    assertThat(trace).as("%s", thrown).anyMatch(frame -> frame.getMethodName().contains(test));
    if (alone) {
      assertThat(trace).noneMatch(frame -> frame.getClassName().endsWith("PollLoop"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLinkLocalAddressWithoutItsInterfaceIsRefused(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    Dialer dialer = stage.dialer().build();
    String reason = "a link-local address needs its network interface";
    assertThatThrownBy(() -> dialer.connect("tcp", "[fe80::1]:80", ConnectionStage.PATIENCE))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("[fe80:0:0:0:0:0:0:1]:80: " + reason);
    assertThatThrownBy(
            () ->
                dialer.connectTcp(
                    new InetSocketAddress("fe80::1", 0),
                    new InetSocketAddress("::1", 80),
                    ConnectionStage.PATIENCE))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("binding [fe80:0:0:0:0:0:0:1]:0 failed: " + reason);
    assertThatThrownBy(() -> Listener.builder().group(stage.group).bind("tcp", "[fe80::1]:0"))
        .isInstanceOf(SocketException.class)
        .hasMessageStartingWith("binding [fe80:0:0:0:0:0:0:1]:0 failed: " + reason);
  }

  @ParameterizedTest
  @EnumSource
  void lookUpsThatHangKeepNoOtherNameWaiting(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    CountDownLatch end = new CountDownLatch(1);
    try {
      Dialer hanging = waitingFor(end, stage, new CountDownLatch(1), new CountDownLatch(1));
      List<CompletableFuture<Connection>> dials = new ArrayList<>();
      for (int i = 0; i < HANGING; i++) {
        dials.add(hanging.connectAsync("tcp", "hanging" + i + ":1", LONG));
      }
      Connection connection =
          stage.dialled(
              dialer(stage, LONG, "127.0.0.1")
                  .connect("tcp", "somewhere:" + port(server.address()), ConnectionStage.PATIENCE));
      assertThat(ask(connection)).isEqualTo("pong");
      assertThat(dials).noneMatch(CompletableFuture::isDone);
    } finally {
      end.countDown();
    }
  }
}
