package io.netpoll.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.buffer.PagePool;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import io.netpoll.core.execution.Lending;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.core.execution.WatchDog;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.Poller;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a loop ends, for whatever reason, nobody waits for it for ever. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class LoopEndTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final Runnable NEVER =
      () -> {
        throw new AssertionError("an hour has not passed");
      };

  private final CompletableFuture<IOException> lost = new CompletableFuture<>();

  private IOException reason() throws Exception {
    return lost.get(20, TimeUnit.SECONDS);
  }

  private static void breakLoops(int loops) {
    for (int i = 0; i < loops; i++) {
      FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
    }
    Eventually.holds("a poller has failed", () -> !FakeNetwork.isPlanned(Fault.POLL));
  }

  private static boolean hasTimer(ConnectionLoop loop) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    boolean asked =
        loop.execute(() -> answer.complete(loop.timers().nanosToNext() < Long.MAX_VALUE));
    return asked && answer.join();
  }

  @ParameterizedTest
  @EnumSource(names = "VIRTUAL", mode = EnumSource.Mode.EXCLUDE)
  void aTimerOfABrokenLoopMovesToTheNextOne(Execution.Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      ConnectionLoop before = engine.group.firstLoop();
      Delayed delayed = engine.group.schedule(HOUR, NEVER, lost::complete);
      breakLoops(1);
      before.end().get(20, TimeUnit.SECONDS);
      ConnectionLoop after = engine.group.firstLoop();
      assertThat(after).isNotSameAs(before);
      assertThat(hasTimer(after)).isTrue();
      delayed.cancel();
      assertThat(hasTimer(after)).isFalse();
      assertThat(lost).isNotDone();
    }
  }

  @Test
  void aTimerThatIsDueSoonRunsAlsoIfItsLoopBreaks() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive(), 2)) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Void> run = new CompletableFuture<>();
        engine.group.schedule(2_000_000, () -> run.complete(null), lost::complete);
        breakLoops(1);
        run.get(20, TimeUnit.SECONDS);
      }
      assertThat(lost).isNotDone();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "VIRTUAL", mode = EnumSource.Mode.EXCLUDE)
  void whenTheGroupCloses_timersAreLost_withTheReason(Execution.Mode mode) throws Exception {
    Harness engine = new Harness(Harness.execution(mode));
    engine.group.schedule(HOUR, NEVER, lost::complete);
    engine.close();
    assertThat(reason()).hasMessageContaining("is closed");
  }

  @Test
  void whenTheGroupIsClosedAlready_theyAreLostAtOnce() throws Exception {
    Harness engine = new Harness(Execution.inline());
    engine.close();
    engine.group.schedule(HOUR, NEVER, lost::complete);
    assertThat(lost).isCompleted();
  }

  @Test
  void whenNoLoopCanBeOpenedInItsPlace_theyAreLost_andSetLoopsHelps() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      engine.group.schedule(HOUR, NEVER, lost::complete);
      FakeNetwork.failNext(Fault.OPEN, "Too many open files");
      breakLoops(1);
      assertThat(reason()).hasMessageContaining("no poll loop left");
      engine.group.setLoops(1);
      engine.group.schedule(HOUR, NEVER, lost::complete).cancel();
      assertThat(hasTimer(engine.group.firstLoop())).isFalse();
    }
  }

  @Test
  void whoHasCancelledIsNotTold() throws Exception {
    Harness engine = new Harness(Execution.inline());
    engine.group.schedule(HOUR, NEVER, lost::complete).cancel();
    engine.close();
    assertThat(lost).isNotDone();
  }

  @Test
  void cancellingWhileTheLoopEnds_tellsAtMostOnce_andHangsNobody() throws Exception {
    for (int i = 0; i < 300; i++) {
      AtomicInteger told = new AtomicInteger();
      Harness engine = new Harness(Execution.inline(), 1 + i % 2);
      List<Delayed> all = new ArrayList<>();
      for (int j = 0; j < 8; j++) {
        all.add(engine.group.schedule(HOUR, NEVER, why -> told.incrementAndGet()));
      }
      Thread canceller = new Thread(() -> all.subList(0, 4).forEach(Delayed::cancel));
      canceller.start();
      if (i % 3 == 0) {
        FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
      }
      engine.close();
      canceller.join();
      assertThat(told.get()).isBetween(4, 8);
      FakeNetwork.reset();
    }
  }

  @Test
  void aHandlerThatIsCalledWhileItsLoopBreaks_mayDial() throws Exception {
    CompletableFuture<PendingDial> dialled = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(s -> s.onRequest(c -> c.reader().skip(1)));
      FakePeer peer = engine.dial();
      peer.send("x");
      Eventually.holds("it is open", () -> engine.opened.size() == 1);
      for (EngineConnection connection : engine.opened) {
        connection.addCloseCallback(closed -> dial(engine.group, dialled));
      }
      breakLoops(1);
      assertThat(dialled.get(20, TimeUnit.SECONDS).result())
          .failsWithin(Harness.SOON)
          .withThrowableOfType(java.util.concurrent.ExecutionException.class);
    }
  }

  /** A leader that looked for a loop in a list that only it can change would look for ever. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsDueWhenAPollFails_isNotDoneByTheBrokenLoop(boolean isReplaced) throws Exception {
    CompletableFuture<PendingDial> dialled = new CompletableFuture<>();
    AtomicLong due = new AtomicLong();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.reader().skip(1);
                    while (System.nanoTime() - due.get() < 0) {
                      Thread.onSpinWait();
                    }
                    if (!isReplaced) {
                      FakeNetwork.failNext(Fault.OPEN, "Too many open files");
                    }
                    FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
                  }));
      ConnectionLoop broken = engine.group.firstLoop();
      FakePeer peer = engine.dial();
      Eventually.holds("it is open", () -> engine.opened.size() == 1);
      long delay = TimeUnit.MILLISECONDS.toNanos(50);
      engine.group.schedule(delay, () -> dial(engine.group, dialled), lost::complete);
      due.set(System.nanoTime() + delay + TimeUnit.MILLISECONDS.toNanos(5));
      peer.send("x");
      broken.end().get(20, TimeUnit.SECONDS);
      if (isReplaced) {
        assertThat(dialled.get(20, TimeUnit.SECONDS).result())
            .failsWithin(Harness.SOON)
            .withThrowableOfType(java.util.concurrent.ExecutionException.class);
      } else {
        assertThat(reason()).hasMessageContaining("no poll loop left");
      }
    }
  }

  private static void dial(EngineGroup group, CompletableFuture<PendingDial> dialled) {
    try {
      ConnectionSettings plain = new ConnectionSettings.Builder().build(null);
      dialled.complete(group.startToConnect(new InetSocketAddress("127.0.0.1", 1), null, plain));
    } catch (IOException e) {
      dialled.completeExceptionally(e);
    }
  }

  @Test
  void theLeaderOfALoopThatBreaks_findsAnotherOne_orNone() throws Exception {
    for (boolean isReplaced : new boolean[] {true, false}) {
      CompletableFuture<ConnectionLoop> found = new CompletableFuture<>();
      try (Harness engine = new Harness(Execution.inline())) {
        ConnectionLoop broken = engine.group.firstLoop();
        if (!isReplaced) {
          FakeNetwork.failNext(Fault.OPEN, "Too many open files");
        }
        broken.execute(
            () -> {
              broken.handlers.loop.life.breaks(new IOException("by the test"));
              try {
                found.complete(engine.group.pick());
              } catch (IOException e) {
                found.completeExceptionally(e);
              }
            });
        broken.end().get(20, TimeUnit.SECONDS);
        if (isReplaced) {
          found.get(20, TimeUnit.SECONDS).release();
          assertThat(found.get()).isNotSameAs(broken);
        } else {
          assertThat(found).failsWithin(Harness.SOON);
        }
      }
    }
  }

  /** A poller that fails as no backend should. */
  private static Poller failing(Poller real, String method, CountDownLatch from, Error how) {
    return (Poller)
        Proxy.newProxyInstance(
            Poller.class.getClassLoader(),
            new Class<?>[] {Poller.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals(method) && from.getCount() == 0) {
                throw how;
              }
              try {
                return called.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static ConnectionLoop startLoop(Harness engine, Poller poller) {
    ConnectionLoop loop = engine.loop(poller);
    LoopThread thread =
        new LoopThread(() -> loop.handlers.lead((LoopThread) Thread.currentThread()), "it");
    loop.handlers.beginWith(thread);
    thread.start();
    return loop;
  }

  @ParameterizedTest
  @ValueSource(strings = {"poll", "close"})
  void whateverAPollerThrows_theLoopEnds_andDialsTimersAndTasksWithIt(String method)
      throws Exception {
    InetSocketAddress hole = new InetSocketAddress("127.0.0.1", 2);
    FakeNetwork.blackHole(hole);
    CountDownLatch now = new CountDownLatch(1);
    CompletableFuture<Void> timerTold = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.inline())) {
      Poller real = engine.group.provider().open(PagePool.shared());
      ConnectionLoop loop =
          startLoop(engine, failing(real, method, now, new StackOverflowError("by the test")));
      PendingDial dial = dial(loop, hole);
      loop.execute(() -> loop.timers().schedule(HOUR, telling(timerTold)));
      Eventually.holds("the timer is set", () -> hasTimer(loop));
      now.countDown();
      loop.close();
      loop.end().get(20, TimeUnit.SECONDS);
      timerTold.get(20, TimeUnit.SECONDS);
      assertThat(dial.result()).isCompletedExceptionally();
      assertThat(loop.execute(NEVER)).isFalse();
      assertThat(loop.connections()).isZero();
      if (method.equals("close")) {
        real.close();
      }
    }
  }

  @Test
  void aLoopWhoseThreadCannotBeStarted_doesNotKeepTheWatchDogAwake() throws Exception {
    WatchDog watchDog = new WatchDog();
    try (Harness engine = new Harness(Execution.inline())) {
      Poller poller = engine.group.provider().open(PagePool.shared());
      ConnectionLoop loop = engine.loop(poller, watchDog, new Lending(false, 1));
      loop.handlers.beginWith(new LoopThread(NEVER, "it has no memory for its stack"));
      loop.abandon();
      assertThat(watchDog.fallAsleep()).isTrue();
    }
  }

  private static PendingDial dial(ConnectionLoop loop, InetSocketAddress remote) {
    PendingDial dial = new PendingDial();
    assertThat(loop.reserve()).isTrue();
    EngineConnection connection =
        new EngineConnection(loop, new ConnectionSettings.Builder().build(null), dial);
    dial.belongsTo(connection);
    loop.execute(() -> connection.endpoint.connect(remote, null, java.util.Map.of()));
    return dial;
  }

  private static TimerWheel.Timer telling(CompletableFuture<Void> told) {
    return new TimerWheel.Timer() {
      @Override
      public void run() {
        NEVER.run();
      }

      @Override
      public void ended() {
        told.complete(null);
      }
    };
  }

  /** Handlers that hold all threads there may be, so that the loop is led by one that waits. */
  private static List<FakePeer> holdAllThreads(Harness engine, AtomicInteger failed)
      throws Exception {
    AtomicInteger waiting = new AtomicInteger();
    engine.serve(
        s ->
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  waiting.incrementAndGet();
                  try {
                    c.reader().readByte();
                  } catch (IOException over) {
                    failed.incrementAndGet();
                    throw over;
                  }
                }));
    List<FakePeer> peers = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      peers.add(engine.dial());
      peers.get(i).send("w");
    }
    Eventually.holds(
        "all handlers wait", java.time.Duration.ofSeconds(30), () -> waiting.get() == 600);
    return peers;
  }

  @Test
  void aLoopThatIsLedByAWaitingHandler_endsWithItsGroup() throws Exception {
    AtomicInteger failed = new AtomicInteger();
    Harness engine = new Harness(Execution.adaptive(), 1);
    holdAllThreads(engine, failed);
    engine.close();
    Eventually.holds("all handlers were told", () -> failed.get() == 600);
  }

  @Test
  void aLoopThatIsLedByAWaitingHandler_andBreaks_isReplaced() throws Exception {
    AtomicInteger failed = new AtomicInteger();
    try (Harness engine = new Harness(Execution.adaptive(), 1)) {
      engine.group.schedule(HOUR, NEVER, lost::complete);
      holdAllThreads(engine, failed);
      ConnectionLoop broken = engine.group.firstLoop();
      breakLoops(1);
      broken.end().get(20, TimeUnit.SECONDS);
      Eventually.holds("all handlers were told", () -> failed.get() == 600);
    }
    assertThat(reason()).isNotNull();
  }
}
