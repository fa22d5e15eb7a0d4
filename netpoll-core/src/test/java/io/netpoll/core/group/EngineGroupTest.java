package io.netpoll.core.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import io.netpoll.LoopStats;
import io.netpoll.PollerGroup;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Groups of loops: sharing connections out, changing live, surviving what fails. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class EngineGroupTest {

  private static void echo(ConnectionSettings.Builder settings) {
    settings.onRequest(
        c -> {
          int n = c.reader().length();
          c.writer().writeBinary(c.reader().next(n));
          c.writer().flush();
        });
  }

  private static void assertEchoes(FakePeer peer) throws Exception {
    peer.send("ping");
    assertThat(peer.receiveText(4, Harness.SOON)).isEqualTo("ping");
  }

  @Test
  void roundRobinSpreadsConnectionsEvenly() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 4)) {
      engine.serve(EngineGroupTest::echo);
      for (int i = 0; i < 20; i++) {
        assertEchoes(engine.dial());
      }
      List<Integer> perLoop = new ArrayList<>();
      for (EngineConnection connection : engine.opened) {
        perLoop.add(connection.loop().connections());
      }
      assertThat(perLoop).hasSize(20).containsOnly(5);
    }
  }

  @Test
  void loopStats_tellWhatEachLoopHasDone() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 2)) {
      engine.serve(EngineGroupTest::echo);
      for (int i = 0; i < 4; i++) {
        assertEchoes(engine.dial());
      }
      Eventually.holds("the last write is counted", () -> bytesWritten(engine.group) == 16);
      List<LoopStats> stats = engine.group.loopStats();
      assertThat(stats).extracting(LoopStats::number).containsExactly(0, 1);
      assertThat(stats).allMatch(loop -> loop.connections() == 2 && loop.opened() == 2);
      assertThat(stats).allMatch(loop -> loop.reads() >= 2 && loop.bytesRead() == 8);
      assertThat(stats).allMatch(loop -> loop.writes() == 2 && loop.bytesWritten() == 8);
      assertThat(stats).allMatch(loop -> loop.polls() > 0);
    }
  }

  private static long bytesWritten(PollerGroup group) {
    return group.loopStats().stream().mapToLong(LoopStats::bytesWritten).sum();
  }

  @Test
  void loopStats_doNotWaitForALoopInAHandler() throws Exception {
    CompletableFuture<Void> entered = new CompletableFuture<>();
    CompletableFuture<Void> leave = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.inline(), 1)) {
      engine.serve(
          settings ->
              settings.onRequest(
                  connection -> {
                    connection.reader().skip(1);
                    entered.complete(null);
                    leave.join();
                  }));
      try {
        engine.dial().send("x");
        entered.join();
        assertThat(engine.group.loopStats())
            .singleElement()
            .matches(loop -> loop.opened() == 1 && loop.bytesRead() == 1);
      } finally {
        leave.complete(null);
      }
    }
  }

  @Test
  void aLoopsNumberIsNotGivenToItsSuccessor() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 2)) {
      engine.group.setLoops(1);
      Eventually.holds("the loop has ended", () -> engine.group.loopStats().size() == 1);
      engine.group.setLoops(2);
      assertThat(engine.group.loopStats()).extracting(LoopStats::number).containsExactly(0, 2);
    }
  }

  @Test
  void leastConnectionsFillsTheEmptiestLoop() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 2)) {
      engine.group.setLoadBalance(LoadBalance.LEAST_CONNECTIONS);
      engine.serve(EngineGroupTest::echo);
      FakePeer[] peers = new FakePeer[10];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = engine.dial();
        assertEchoes(peers[i]);
      }
      assertThat(engine.opened).allMatch(c -> c.loop().connections() == 5);
      assertThat(engine.group.loadBalance()).isEqualTo(LoadBalance.LEAST_CONNECTIONS);
    }
  }

  @Test
  void setLoopsOnALiveGroupKeepsConnectionsAndDrainsRemovedLoops() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 1)) {
      engine.serve(EngineGroupTest::echo);
      List<FakePeer> peers = new ArrayList<>();
      for (int loops : new int[] {4, 2, 3, 1}) {
        engine.group.setLoops(loops);
        assertThat(engine.group.loops()).isEqualTo(loops);
        for (int i = 0; i < 6; i++) {
          FakePeer peer = engine.dial();
          peers.add(peer);
          assertEchoes(peer);
        }
        for (FakePeer peer : peers) {
          assertEchoes(peer);
        }
      }
      assertThat(engine.group.connections()).isEqualTo(24);
      peers.forEach(FakePeer::close);
      Eventually.holds("all are closed", () -> engine.group.connections() == 0);
      Eventually.holds(
          "removed loops have ended",
          () ->
              Thread.getAllStackTraces().keySet().stream()
                      .filter(t -> t.getName().contains("-loop-"))
                      .count()
                  == 1);
      assertEchoes(engine.dial());
    }
  }

  @Test
  void aGroupWithoutLoopsIsRefused() throws Exception {
    try (Harness engine = new Harness(Execution.inline())) {
      assertThatThrownBy(() -> engine.group.setLoops(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0");
    }
    assertThatThrownBy(() -> PollerGroup.builder().loops(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void acceptingGoesOnAfterDescriptorsRanOut() throws Exception {
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(EngineGroupTest::echo);
      FakePeer before = engine.dial();
      assertEchoes(before);
      FakeNetwork.failNext(Fault.ACCEPT, "Too many open files");
      FakePeer after = engine.dial();
      assertEchoes(before);
      assertEchoes(after);
    }
  }

  @Test
  void aFailedSendFailsTheConnectionAndNoOther() throws Exception {
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(EngineGroupTest::echo);
      FakePeer other = engine.dial();
      assertEchoes(other);
      FakePeer failing = engine.dial();
      FakeNetwork.failNext(Fault.SEND, "Broken pipe");
      failing.send("ping");
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertEchoes(other);
    }
  }

  @Test
  void aBrokenPollerIsReplaced() throws Exception {
    try (Harness engine = new Harness(Execution.inline(), 2)) {
      engine.serve(EngineGroupTest::echo);
      FakeNetwork.failNext(Fault.POLL, "Bad file descriptor");
      engine.group.forEachConnection(c -> {}, () -> {}); // wakes the loops
      Eventually.holds("a poller has failed", () -> !FakeNetwork.isPlanned(Fault.POLL));
      Eventually.holds(
          "a third loop was started",
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .anyMatch(t -> t instanceof LoopThread && t.getName().endsWith("-loop-2")));
      engine.serve(EngineGroupTest::echo);
      assertThat(engine.group.loops()).isEqualTo(2);
      assertEchoes(engine.dial());
      assertEchoes(engine.dial());
    }
  }

  @Test
  void aRejectedHandlerIsTriedAgain() throws Exception {
    AtomicInteger refusals = new AtomicInteger(3);
    Executor refusing =
        task -> {
          if (refusals.getAndDecrement() > 0) {
            throw new RejectedExecutionException("provoked by a test");
          }
          new Thread(task).start();
        };
    try (Harness engine = new Harness(Execution.workers(refusing))) {
      engine.serve(EngineGroupTest::echo);
      assertEchoes(engine.dial());
      assertThat(refusals.get()).isNegative();
    }
  }

  @Test
  void aRefusedDialSaysSo() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
      assertThatThrownBy(
              () ->
                  engine.connect(new InetSocketAddress("127.0.0.1", 1), settings, Await.Limit.NONE))
          .isInstanceOf(ConnectException.class);
      Eventually.holds("nothing is left", () -> engine.group.connections() == 0);
    }
  }

  @Test
  void aDialIntoABlackHoleIsGivenUpInTime() throws Exception {
    InetSocketAddress hole = new InetSocketAddress("127.0.0.1", 2);
    FakeNetwork.blackHole(hole);
    try (Harness engine = new Harness(Execution.workers())) {
      ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
      assertThat(engine.connect(hole, settings, Await.Limit.in(20_000_000))).isNull();
      Eventually.holds("nothing is left", () -> engine.group.connections() == 0);
    }
  }

  @Test
  void aCancelledActionIsForgotten() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      Delayed delayed = engine.group.schedule(TimeUnit.HOURS.toNanos(1), () -> {}, lost -> {});
      ConnectionLoop loop = engine.group.firstLoop();
      CompletableFuture<Long> before = new CompletableFuture<>();
      loop.execute(() -> before.complete(loop.timers().nanosToNext()));
      assertThat(before.get(10, TimeUnit.SECONDS)).isLessThan(Long.MAX_VALUE);
      delayed.cancel();
      CompletableFuture<Long> after = new CompletableFuture<>();
      loop.execute(() -> after.complete(loop.timers().nanosToNext()));
      assertThat(after.get(10, TimeUnit.SECONDS)).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void codeIsStartedAlsoWhenTheGroupIsClosed() throws Exception {
    Harness engine = new Harness(Execution.workers());
    CompletableFuture<String> open = new CompletableFuture<>();
    engine.group.start(new ConnectionSettings.Builder().build(null), () -> open.complete("done"));
    assertThat(open.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    engine.close();
    CompletableFuture<String> closed = new CompletableFuture<>();
    engine.group.start(new ConnectionSettings.Builder().build(null), () -> closed.complete("done"));
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void anIdleGroupDoesNotPoll() throws Exception {
    try (Harness engine = new Harness(Execution.workers(), 2)) {
      engine.serve(EngineGroupTest::echo);
      assertEchoes(engine.dial());
      Eventually.holds(
          "loops sleep",
          () -> {
            long before = FakeNetwork.polls();
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            return FakeNetwork.polls() == before;
          });
    }
  }
}
