package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Adaptive execution with one loop: whatever handlers do, the others are served. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class AdaptiveTest {

  private static Harness engine() throws Exception {
    return new Harness(Execution.adaptive(), 1);
  }

  /** Answers 'a' to what needs no waiting, and does what {@code other} does for the rest. */
  private static void serve(Harness engine, io.netpoll.OnRequest other) throws Exception {
    engine.serve(
        s ->
            s.onRequest(
                c -> {
                  if (c.reader().peek(1).get(0) == 'q') {
                    c.reader().skip(1);
                    c.writer().writeByte('a');
                    c.writer().flush();
                  } else {
                    other.onRequest(c);
                  }
                }));
  }

  private static void assertServed(FakePeer peer) throws Exception {
    peer.send("q");
    assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("a");
  }

  @Test
  void whileAHandlerWaitsForBytes_othersAreServed() throws Exception {
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            c.writer().writeString(c.reader().readString(4));
            c.writer().flush();
          });
      FakePeer waiting = engine.dial();
      FakePeer other = engine.dial();
      for (int i = 0; i < 200; i++) {
        waiting.send("wa");
        assertServed(other);
        waiting.send("it");
        assertThat(waiting.receiveText(4, Harness.SOON)).isEqualTo("wait");
      }
    }
  }

  @Test
  void whileAHandlerComputes_othersAreServed() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    AtomicInteger goOn = new AtomicInteger();
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            entered.countDown();
            while (goOn.get() == 0) {
              Thread.onSpinWait();
            }
            c.writer().writeByte('d');
            c.writer().flush();
          });
      FakePeer computing = engine.dial();
      FakePeer other = engine.dial();
      computing.send("c");
      entered.await();
      assertServed(other);
      goOn.set(1);
      assertThat(computing.receiveText(1, Harness.SOON)).isEqualTo("d");
    }
  }

  @Test
  void aHandlerThatWaitsForAnotherHandlersLockDoesNotStopTheLoop() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch held = new CountDownLatch(1);
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            byte kind = c.reader().readByte();
            lock.lock();
            try {
              if (kind == 'h') {
                held.countDown();
                c.reader().readByte(); // holds the lock until its peer sends another byte
              }
              c.writer().writeByte(kind);
              c.writer().flush();
            } finally {
              lock.unlock();
            }
          });
      FakePeer holder = engine.dial();
      FakePeer contender = engine.dial();
      FakePeer other = engine.dial();
      holder.send("h");
      held.await();
      contender.send("c");
      assertServed(other);
      holder.send("!");
      assertThat(holder.receiveText(1, Harness.SOON)).isEqualTo("h");
      assertThat(contender.receiveText(1, Harness.SOON)).isEqualTo("c");
    }
  }

  @Test
  void aThousandHandlersThatWaitAtOnceAllFinish() throws Exception {
    AtomicInteger waiting = new AtomicInteger();
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            waiting.incrementAndGet();
            c.writer().writeByte(c.reader().readByte());
            c.writer().flush();
          });
      List<FakePeer> peers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        FakePeer peer = engine.dial();
        peers.add(peer);
        peer.send("w");
      }
      Eventually.holds("all handlers wait", Duration.ofSeconds(30), () -> waiting.get() == 1000);
      long held =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t.getName().startsWith("netpoll-leader-"))
              .count();
      assertThat(held).isLessThanOrEqualTo(256 + 1);
      assertServed(engine.dial());
      for (FakePeer peer : peers) {
        peer.send("x");
      }
      for (FakePeer peer : peers) {
        assertThat(peer.receiveText(1, Duration.ofSeconds(30))).isEqualTo("x");
      }
    }
  }

  /** While the last group closes, all threads that wait to lead a loop are about to end. */
  @Test
  void aGroupThatOpensWhileTheLastOneCloses_isLed() throws Exception {
    int groups = 300;
    List<CompletableFuture<Void>> all = new ArrayList<>();
    ExecutorService openers = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < groups; i++) {
        all.add(CompletableFuture.runAsync(AdaptiveTest::openAndClose, openers));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get(50, TimeUnit.SECONDS);
    } finally {
      openers.shutdownNow();
    }
  }

  private static void openAndClose() {
    try (Harness engine = engine()) {
      serve(engine, c -> {});
      assertServed(engine.dial());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The first of two that are ready leads the loop while it waits, and starts the second. */
  @Test
  void aHandlerThatLedTheLoopWhileItWaited_goesOnWithoutTheOnesThatItStarted() throws Exception {
    ConcurrentHashMap<Thread, EngineConnection> waiting = new ConcurrentHashMap<>();
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            waiting.put(Thread.currentThread(), (EngineConnection) c);
            c.writer().writeByte(c.reader().readByte());
            c.writer().flush();
            waiting.remove(Thread.currentThread());
          });
      Map<Object, FakePeer> peers = new HashMap<>();
      ConnectionLoop loop = engine.group.firstLoop();
      Thread leader;
      do { // until there is no other thread to lead
        for (int i = 0; i < 300; i++) {
          FakePeer peer = engine.dial();
          peers.put(peer.localAddress(), peer);
          peer.send("w");
        }
        Eventually.holds("all wait", Duration.ofSeconds(30), () -> waiting.size() == peers.size());
        leader = leaderInPlace(loop);
      } while (leader == null);
      FakePeer first = engine.dial();
      FakePeer second = engine.dial();
      FakePeer other = engine.dial();
      assertServed(other);
      FakePeer leading = peers.get(waiting.get(leader).remoteAddress());
      leading.send("x");
      assertThat(leading.receiveText(1, Harness.SOON)).isEqualTo("x");
      CountDownLatch both = new CountDownLatch(1);
      loop.execute(() -> awaitUninterruptibly(both)); // so that one poll finds the two
      first.send("w");
      second.send("w");
      both.countDown();
      Eventually.holds("they wait", () -> waiting.size() == peers.size() + 1);
      first.send("1");
      second.send("2");
      assertThat(first.receiveText(1, Harness.SOON)).isEqualTo("1");
      assertThat(second.receiveText(1, Harness.SOON)).isEqualTo("2");
      assertServed(other);
      assertThat(engine.group.firstLoop()).isSameAs(loop);
    }
  }

  /** The thread that leads the loop while it waits in a handler; null if another one leads. */
  static Thread leaderInPlace(ConnectionLoop loop) throws Exception {
    CompletableFuture<Thread> answer = new CompletableFuture<>();
    loop.execute(
        () ->
            answer.complete(loop.handlers.nestedLoop.isLeading() ? Thread.currentThread() : null));
    return answer.get(20, TimeUnit.SECONDS);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aHandlerMayDialItsOwnServerThreeDeepWithOneLoop() throws Exception {
    try (Harness engine = engine()) {
      ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
      serve(
          engine,
          c -> {
            int depth = c.reader().readByte();
            String answer = "0";
            if (depth > 0) {
              EngineConnection inner =
                  engine.connect(engine.address(), settings, Await.Limit.in(10_000_000_000L));
              inner.writer().writeByte(depth - 1);
              inner.writer().flush();
              answer = depth + inner.reader().readString(depth);
              inner.close();
            }
            c.writer().writeString(answer);
            c.writer().flush();
          });
      FakePeer peer = engine.dial();
      for (int i = 0; i < 20; i++) {
        peer.send(new byte[] {3});
        assertThat(peer.receiveText(4, Harness.SOON)).isEqualTo("3210");
      }
    }
  }

  @Test
  void aConnectionWhoseHandlersHoldTheirThreadsStartsElsewhereInTime() throws Exception {
    AtomicInteger onLoopThreads = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    try (Harness engine = engine()) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            (LoopThread.current() == null ? elsewhere : onLoopThreads).incrementAndGet();
            CountDownLatch never = new CountDownLatch(1);
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
            c.writer().writeByte('s');
            c.writer().flush();
          });
      FakePeer peer = engine.dial();
      Eventually.passes(
          () -> {
            peer.send("s");
            peer.receive(1, Harness.SOON);
            assertThat(elsewhere.get()).isGreaterThan(10);
          });
      FakePeer light = engine.dial();
      assertServed(light);
    }
  }

  @Test
  void aHeavyConnectionForWhichNoThreadCanBeHad_isServedOnTheLoop_andElsewhereAgainLater()
      throws Exception {
    AtomicBoolean refusing = new AtomicBoolean();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    Executor threads =
        task -> {
          if (refusing.get()) {
            refused.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread, by a test");
          }
          new Thread(task, "elsewhere").start();
        };
    try (Harness engine = new Harness(threads)) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            elsewhere.addAndGet(LoopThread.current() == null ? 1 : 0);
            CountDownLatch never = new CountDownLatch(1);
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
            c.writer().writeByte('s');
            c.writer().flush();
          });
      FakePeer heavy = engine.dial();
      FakePeer light = engine.dial();
      for (boolean now : new boolean[] {false, true, false}) {
        refusing.set(now);
        int before = now ? refused.get() : elsewhere.get();
        AtomicInteger counted = now ? refused : elsewhere;
        Eventually.passes(
            () -> {
              heavy.send("h");
              assertThat(heavy.receiveText(1, Harness.SOON)).isEqualTo("s");
              assertServed(light);
              assertThat(counted.get()).isGreaterThan(before + 10);
            });
      }
      refusing.set(true);
      int before = refused.get();
      Eventually.passes(
          () -> {
            heavy.send("h");
            assertThat(heavy.receiveText(1, Harness.SOON)).isEqualTo("s");
            assertThat(refused.get()).isGreaterThan(before);
          });
      int then = refused.get();
      Eventually.holds("asked for a thread again", () -> refused.get() > then + 3);
      refusing.set(false);
    }
  }

  @Test
  void coalescedFlushesOfPipelinedRequestsLeaveTogetherAndNoneIsHeldBackByAWait() throws Exception {
    try (Harness engine = engine()) {
      engine.serve(
          s -> {
            s.coalesceFlushes(true);
            s.onRequest(
                c -> {
                  byte kind = c.reader().readByte();
                  c.writer().writeByte(kind);
                  c.writer().flush();
                  if (kind == 'w') {
                    c.reader().skip(3);
                  }
                });
          });
      FakePeer peer = engine.dial();
      peer.send("abcde");
      assertThat(peer.receiveText(5, Harness.SOON)).isEqualTo("abcde");
      peer.send("abw12");
      assertThat(peer.receiveText(3, Harness.SOON)).isEqualTo("abw");
      peer.send("3z");
      assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("z");
    }
  }

  @Test
  void requestsInRandomPiecesAreAllAnswered() throws Exception {
    java.util.Random random = new java.util.Random(7);
    int frames = 20_000;
    try (Harness engine = engine()) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    int length = c.reader().readByte();
                    c.writer().writeBinary(c.reader().next(length));
                    c.writer().flush();
                  }));
      FakePeer[] peers = new FakePeer[50];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = engine.dial();
      }
      for (int frame = 0; frame < frames; frame++) {
        FakePeer peer = peers[random.nextInt(peers.length)];
        int length = 1 + random.nextInt(20);
        byte[] bytes = new byte[length + 1];
        random.nextBytes(bytes);
        bytes[0] = (byte) length;
        int cut = random.nextInt(length + 1);
        peer.send(java.util.Arrays.copyOfRange(bytes, 0, cut));
        peer.send(java.util.Arrays.copyOfRange(bytes, cut, bytes.length));
        assertThat(peer.receive(length, Harness.SOON))
            .isEqualTo(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
      }
    }
  }
}
