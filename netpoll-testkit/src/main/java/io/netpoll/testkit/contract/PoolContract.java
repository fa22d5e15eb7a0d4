package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netpoll.AcquireTimeoutException;
import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionPool;
import io.netpoll.ConnectionPool.Counts;
import io.netpoll.ConnectionPool.Lease;
import io.netpoll.Execution;
import io.netpoll.InlineWaitException;
import io.netpoll.PoolClosedException;
import io.netpoll.PoolListener;
import io.netpoll.ReadTimeoutException;
import io.netpoll.Writer;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that are lent, kept, and taken out when they are of no use any more. */
abstract class PoolContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);

  /** Notes what a pool tells, in its order. */
  private static final class Notes implements PoolListener {
    final ConcurrentLinkedQueue<String> all = new ConcurrentLinkedQueue<>();

    @Override
    public void acquired(Duration waited) {
      all.add("acquired");
    }

    @Override
    public void acquireFailed(Duration waited, Exception cause) {
      all.add("acquireFailed " + cause.getClass().getSimpleName());
    }

    @Override
    public void dialled(Duration took) {
      all.add("dialled");
    }

    @Override
    public void dialFailed(Duration took, Exception cause) {
      all.add("dialFailed " + cause.getClass().getSimpleName());
    }

    @Override
    public void discarded(Reason reason) {
      all.add("discarded " + reason);
    }

    @Override
    public void evicted(Reason reason) {
      all.add("evicted " + reason);
    }
  }

  private final Notes notes = new Notes();

  private ConnectionPool pool(
      ConnectionStage stage, SocketAddress server, UnaryOperator<ConnectionPool.Builder> options)
      throws IOException {
    ConnectionPool.Builder builder =
        ConnectionPool.builder("tcp", "127.0.0.1:" + ((InetSocketAddress) server).getPort())
            .dialer(stage.dialer().readTimeout(LONG).build())
            .acquireTimeout(ConnectionStage.PATIENCE)
            .listener(notes);
    return options.apply(builder).build();
  }

  private static ServerSocketChannel listen(ConnectionStage stage) throws IOException {
    return stage.keep(SocketKind.TCP.listen(stage.directory()));
  }

  private static void awaitCounts(ConnectionPool pool, int idle, int leased) {
    Eventually.holds(
        "idle " + idle + ", leased " + leased + ", nothing else",
        () -> pool.counts().equals(new Counts(idle, leased, 0, 0)));
  }

  private static void ask(Connection connection) throws IOException {
    connection.writer().writeString("ping");
    connection.writer().flush();
    assertThat(connection.reader().readString(4)).isEqualTo("ping");
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsLentAgain(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    try (ConnectionPool pool = pool(stage, server.address(), options -> options)) {
      Connection first;
      try (Lease lease = pool.acquire()) {
        first = lease.connection();
        ask(first);
        assertThat(pool.counts()).isEqualTo(new Counts(0, 1, 0, 0));
      }
      assertThat(pool.counts()).isEqualTo(new Counts(1, 0, 0, 0));
      try (Lease lease = pool.acquire(Duration.ZERO)) {
        assertThat(lease.connection()).isSameAs(first);
        ask(first);
      }
    }
    assertThat(notes.all).containsExactly("dialled", "acquired", "acquired", "evicted POOL_CLOSED");
    Eventually.holds("nothing is left", () -> stage.group.connections() == 0);
  }

  @Test
  void anEndedLeaseGivesNoConnection_andEndsOnce() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options)) {
      Lease lease = pool.acquire();
      lease.close();
      lease.close();
      lease.discard();
      assertThat(pool.counts()).isEqualTo(new Counts(1, 0, 0, 0));
      assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anIdleConnectionThatThePeerCloses_leavesThePoolAtOnce(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options)) {
      pool.acquire().close();
      server.accept().close();
      awaitCounts(pool, 0, 0);
      Eventually.holds("it is told", () -> notes.all.contains("evicted CLOSED"));
    }
  }

  @Test
  void anIdleConnectionThatIsResetByThePeer_leavesThePoolAtOnce() throws Exception {
    var stage = open(Execution.Mode.ADAPTIVE);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options)) {
      pool.acquire().close();
      SocketKind.TCP.reset(server.accept());
      awaitCounts(pool, 0, 0);
    }
  }

  @Test
  void aConnectionIsDiscarded_whereItIsOfNoUseToTheNext() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options)) {
      Lease closed = pool.acquire();
      closed.connection().close();
      closed.close();
      SocketChannel first = stage.keep(server.accept());

      Lease unread = pool.acquire();
      SocketChannel second = stage.keep(server.accept());
      second.write(ByteBuffer.wrap(new byte[2]));
      unread.connection().reader().readByte();
      Eventually.holds("a byte is left", () -> unread.connection().reader().length() == 1);
      unread.close();

      Lease unflushed = pool.acquire();
      Writer writer = unflushed.connection().writer();
      writer.writeByte(1);
      unflushed.close();
      assertThatThrownBy(writer::flush).isInstanceOf(ConnectionClosedException.class);

      Lease unanswered = pool.acquire();
      unanswered.connection().setReadTimeout(BRIEFLY);
      assertThatThrownBy(() -> unanswered.connection().reader().readByte())
          .isInstanceOf(ReadTimeoutException.class);
      unanswered.close();

      pool.acquire().discard();
      assertThat(pool.counts()).isEqualTo(new Counts(0, 0, 0, 0));
      assertThat(notes.all.stream().filter(note -> note.startsWith("discarded")))
          .containsExactly(
              "discarded CLOSED",
              "discarded UNREAD_INPUT",
              "discarded UNFLUSHED_OUTPUT",
              "discarded UNANSWERED",
              "discarded DISCARDED");
      assertThat(first.isOpen()).isTrue();
    }
    Eventually.holds("nothing is left", () -> stage.group.connections() == 0);
  }

  @Test
  void bytesThatCameWhileNobodyUsedTheConnection_areNeverSeen() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options)) {
      Lease lease = pool.acquire();
      Connection first = lease.connection();
      lease.close();
      stage.keep(server.accept()).write(ByteBuffer.wrap(new byte[1]));
      Eventually.holds("it has come", () -> first.reader().length() == 1);
      try (Lease next = pool.acquire()) {
        assertThat(next.connection()).isNotSameAs(first);
      }
      assertThat(notes.all).contains("evicted UNREAD_INPUT");
    }
  }

  @Test
  void aServersGreetingIsForTheFirstUser() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.minConnections(1))) {
      stage.keep(server.accept()).write(ByteBuffer.wrap(new byte[] {7}));
      awaitCounts(pool, 1, 0);
      try (Lease lease = pool.acquire()) {
        assertThat(lease.connection().reader().readByte()).isEqualTo((byte) 7);
      }
      assertThat(notes.all).doesNotContain("evicted UNREAD_INPUT");
    }
  }

  @ParameterizedTest
  @EnumSource
  void callersWaitInTheirOrder_andNoLongerThanTheyWant(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.maxConnections(1))) {
      Lease lease = pool.acquire();
      assertThatThrownBy(() -> pool.acquire(BRIEFLY))
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("1 of at most 1 are lent");
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      List<Background<?>> callers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int number = i;
        callers.add(
            Background.run(
                () -> {
                  Lease mine = pool.acquire();
                  order.add(number);
                  mine.close();
                }));
        Eventually.holds("it waits", () -> pool.counts().waiting() == number + 1);
      }
      lease.close();
      for (Background<?> caller : callers) {
        caller.get();
      }
      assertThat(order).containsExactly(0, 1, 2, 3, 4);
      assertThat(pool.counts()).isEqualTo(new Counts(1, 0, 0, 0));
    }
  }

  @Test
  void anInterruptEndsAnAcquisition() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.maxConnections(1))) {
      Lease lease = pool.acquire();
      Background<Lease> caller = Background.start(pool::acquire);
      Eventually.holds("it waits", () -> pool.counts().waiting() == 1);
      caller.interrupt();
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      lease.close();
      assertThat(pool.counts()).isEqualTo(new Counts(1, 0, 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFutureIsServed_orGivesUpItsPlace(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    try (ConnectionPool pool =
        pool(stage, server.address(), options -> options.maxConnections(1))) {
      Lease lease = pool.acquireAsync(ConnectionStage.PATIENCE).get(20, TimeUnit.SECONDS);
      CompletableFuture<Lease> late = pool.acquireAsync(BRIEFLY);
      assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(AcquireTimeoutException.class);
      CompletableFuture<Lease> cancelled = pool.acquireAsync(LONG);
      CompletableFuture<Lease> next = pool.acquireAsync(LONG);
      assertThat(pool.counts().waiting()).isEqualTo(2);
      cancelled.cancel(false);
      assertThat(pool.counts().waiting()).isEqualTo(1);
      lease.close();
      Lease second = next.get(20, TimeUnit.SECONDS);
      ask(second.connection());
      second.close();
      CompletableFuture<Lease> atOnce = pool.acquireAsync(LONG);
      assertThat(atOnce.isDone()).as("one is idle").isTrue();
      atOnce.get().close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFutureThatIsCancelledWhileItIsServed_keepsNothing(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.maxConnections(1))) {
      for (int i = 0; i < 200; i++) {
        Lease lease = pool.acquire();
        CompletableFuture<Lease> next = pool.acquireAsync(LONG);
        Background<Void> releaser = Background.run(lease::close);
        if (!next.cancel(false)) {
          next.get().close();
        }
        releaser.get();
        awaitCounts(pool, 1, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerAcquires_waitingForItUnlessItRunsInline(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel target = listen(stage);
    try (ConnectionPool pool = pool(stage, target.getLocalAddress(), options -> options)) {
      CompletableFuture<Boolean> result = new CompletableFuture<>();
      var server =
          stage.serve(
              SocketKind.TCP,
              connection -> {
                connection.reader().skip(connection.reader().length());
                try (Lease lease = pool.acquire()) {
                  result.complete(lease.connection().isActive());
                } catch (Throwable t) {
                  result.completeExceptionally(t);
                }
              });
      stage.peer(server).write(ByteBuffer.wrap(new byte[1]));
      if (stage.mayWait()) {
        assertThat(result.get(20, TimeUnit.SECONDS)).isTrue();
      } else {
        assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
            .hasCauseInstanceOf(InlineWaitException.class);
      }
      awaitCounts(pool, stage.mayWait() ? 1 : 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void idleConnectionsAreClosedInTime_downToTheMinimum(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(
            stage,
            server.getLocalAddress(),
            options -> options.minConnections(1).maxIdleAge(BRIEFLY))) {
      List<Lease> leases = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        leases.add(pool.acquire());
      }
      leases.forEach(Lease::close);
      awaitCounts(pool, 1, 0);
      Eventually.holds(
          "it is told of the others",
          () -> notes.all.stream().filter("evicted IDLE_AGE"::equals).count() == 3);
    }
  }

  @Test
  void connectionsDoNotLiveForever_andTheMinimumIsDialledAnew() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    try (ConnectionPool pool =
        pool(
            stage,
            server.getLocalAddress(),
            options -> options.minConnections(1).maxIdleAge(Duration.ZERO).maxLife(BRIEFLY))) {
      Eventually.holds(
          "it was replaced twice",
          () -> notes.all.stream().filter("evicted LIFE"::equals).count() >= 2);
      assertThat(pool.close(ConnectionStage.PATIENCE)).isTrue();
    }
  }

  @Test
  void aDialThatFailsFailsACaller() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    SocketAddress address = stage.keep(RefusingAddress.open()).address();
    try (ConnectionPool pool = pool(stage, address, options -> options.maxConnections(1))) {
      List<Background<Lease>> callers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        callers.add(Background.start(pool::acquire));
      }
      for (Background<Lease> caller : callers) {
        assertThat(caller.failure()).isInstanceOf(ConnectException.class);
      }
      awaitCounts(pool, 0, 0);
      assertThat(notes.all).contains("dialFailed ConnectException");
      assertThat(notes.all).contains("acquireFailed ConnectException");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingWaitsForLeases_andFailsThoseWhoWait(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.maxConnections(1));
    Lease lease = pool.acquire();
    Background<Lease> caller = Background.start(pool::acquire);
    Eventually.holds("it waits", () -> pool.counts().waiting() == 1);
    CompletableFuture<Lease> future = pool.acquireAsync(LONG);
    Background<Boolean> closer = Background.start(() -> pool.close(LONG));
    assertThat(caller.failure()).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> future.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(PoolClosedException.class);
    assertThat(lease.connection().isActive()).isTrue();
    lease.close();
    assertThat(closer.get()).isTrue();
    assertThatThrownBy(pool::acquire).isInstanceOf(PoolClosedException.class);
    assertThat(pool.close(Duration.ZERO)).isTrue();
    Eventually.holds("nothing is left", () -> stage.group.connections() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void closingResetsAtTheDeadlineWhatIsStillLent(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    ServerSocketChannel server = listen(stage);
    ConnectionPool pool = pool(stage, server.getLocalAddress(), options -> options);
    Lease lease = pool.acquire();
    assertThat(pool.close(BRIEFLY)).isFalse();
    assertThat(lease.connection().isActive()).isFalse();
    lease.close();
    assertThat(pool.counts()).isEqualTo(new Counts(0, 0, 0, 0));
    assertThat(notes.all).contains("discarded CLOSED");
  }

  @Test
  void closingEndsDials() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    BlackHole hole = stage.keep(BlackHole.open());
    ConnectionPool pool = pool(stage, hole.address(), options -> options.minConnections(2));
    assertThat(pool.counts()).isEqualTo(new Counts(0, 0, 2, 0));
    assertThat(pool.close(ConnectionStage.PATIENCE)).isTrue();
    awaitCounts(pool, 0, 0);
    Eventually.holds("nothing is left", () -> stage.group.connections() == 0);
  }

  @Test
  void aListenerThatThrowsHarmsNothing() throws Exception {
    var stage = open(Execution.Mode.WORKERS);
    ServerSocketChannel server = listen(stage);
    PoolListener broken =
        new PoolListener() {
          @Override
          public void acquired(Duration waited) {
            throw new IllegalStateException("provoked by a test");
          }
        };
    try (ConnectionPool pool =
        pool(stage, server.getLocalAddress(), options -> options.listener(broken))) {
      pool.acquire().close();
      assertThat(pool.counts()).isEqualTo(new Counts(1, 0, 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDialThatFailsNamesTheCallerOfThePool(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    SocketAddress refusing = stage.keep(RefusingAddress.open()).address();
    try (ConnectionPool pool = pool(stage, refusing, options -> options)) {
      Throwable thrown = catchThrowable(pool::acquire);
      assertThat(thrown).isInstanceOf(ConnectException.class);
      DialContract.assertNamesThisTest(thrown, "aDialThatFailsNamesTheCallerOfThePool", true);
    }
  }
}
