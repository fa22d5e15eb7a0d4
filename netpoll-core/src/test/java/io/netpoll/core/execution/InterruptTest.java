package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.Reader;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt of a leader is for the user code that it is in, or for nobody. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(120)
class InterruptTest {
  /** Handlers that wait at a time, more than there are threads to lead. */
  private static final int MANY = 300;

  private static Thread leader(Harness engine) throws Exception {
    Thread leader = engine.group.firstLoop().handlers.leader();
    assertThat(leader).isNotNull();
    return leader;
  }

  private static void assertServed(FakePeer peer) throws Exception {
    peer.send("q");
    assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("q");
  }

  @ParameterizedTest
  @EnumSource(names = "VIRTUAL", mode = EnumSource.Mode.EXCLUDE)
  void oneThatComesWhileItPolls_costsTwoPolls_andReachesNoHandler(Execution.Mode mode)
      throws Exception {
    AtomicInteger interrupted = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                    c.writer().writeByte(c.reader().readByte());
                    c.writer().flush();
                  }));
      FakePeer peer = engine.dial();
      assertServed(peer);
      for (int i = 0; i < 20; i++) {
        awaitQuiet();
        Thread leader = leader(engine);
        long before = FakeNetwork.polls();
        leader.interrupt();
        Eventually.holds("the flag is cleared", () -> !leader.isInterrupted());
        awaitQuiet();
        assertThat(FakeNetwork.polls() - before).isLessThanOrEqualTo(2);
        assertServed(peer);
      }
    }
    assertThat(interrupted).hasValue(0);
  }

  /** Waits until the loop sleeps. */
  private static void awaitQuiet() {
    long[] polls = {-1};
    int[] same = {0};
    Eventually.holds(
        "nothing polls",
        () -> {
          long now = FakeNetwork.polls();
          same[0] = now == polls[0] ? same[0] + 1 : 0;
          polls[0] = now;
          return same[0] == 5;
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE"})
  void oneThatAHandlerLeaves_reachesNoOtherHandler_andNoExecutor(Execution.Mode mode)
      throws Exception {
    AtomicInteger interrupted = new AtomicInteger();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                    c.writer().writeByte(c.reader().readByte());
                    c.writer().flush();
                    Thread.currentThread().interrupt();
                  }));
      List<FakePeer> peers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        peers.add(engine.dial());
      }
      for (int round = 0; round < 20; round++) {
        for (FakePeer peer : peers) {
          peer.send("q");
        }
        for (FakePeer peer : peers) {
          assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("q");
        }
      }
    }
    assertThat(interrupted).hasValue(0);
  }

  @Test
  void oneThatComesWhileAHandlerLeadsInPlace_andPolls_endsItsWait() throws Exception {
    whileAHandlerLeadsInPlace(loop -> loop.handlers.leader().interrupt());
  }

  @Test
  void oneThatComesWhileAHandlerLeadsInPlace_amidATask_endsItsWait() throws Exception {
    whileAHandlerLeadsInPlace(loop -> loop.execute(() -> Thread.currentThread().interrupt()));
  }

  @Test
  void oneThatComesWhileAHandlerLeadsInPlace_amidATimer_endsItsWait() throws Exception {
    whileAHandlerLeadsInPlace(
        loop ->
            loop.execute(
                () -> loop.timers().schedule(0, () -> Thread.currentThread().interrupt())));
  }

  private static void whileAHandlerLeadsInPlace(Consumer<ConnectionLoop> interrupts)
      throws Exception {
    AtomicInteger waiting = new AtomicInteger();
    AtomicInteger returned = new AtomicInteger();
    Queue<Boolean> ends = new ConcurrentLinkedQueue<>();
    try (Harness engine = new Harness(Execution.adaptive(), 1)) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    if (c.reader().readByte() == 'q') {
                      c.writer().writeByte('q');
                      c.writer().flush();
                      return;
                    }
                    waiting.incrementAndGet();
                    while (isInterrupted(c.reader())) {
                      ends.add(Thread.interrupted());
                    }
                    returned.incrementAndGet();
                  }));
      List<FakePeer> peers = new ArrayList<>();
      ConnectionLoop loop = engine.group.firstLoop();
      do { // until there is no other thread to lead
        for (int i = 0; i < MANY; i++) {
          peers.add(waiting(engine));
        }
        Eventually.holds(
            "all handlers wait", Duration.ofSeconds(30), () -> waiting.get() == peers.size());
      } while (AdaptiveTest.leaderInPlace(loop) == null);
      for (int i = 0; i < 5; i++) {
        int before = ends.size();
        Eventually.holds(
            "the wait has ended",
            () -> {
              boolean inPlace = AdaptiveTest.leaderInPlace(loop) != null;
              if (ends.size() == before && inPlace) {
                interrupts.accept(loop);
              } else if (ends.size() == before) {
                // The last thread was only being started, and leads now: it waits, too.
                peers.add(waiting(engine));
              }
              return ends.size() > before;
            });
      }
      assertThat(ends).as("whether the flag was set").doesNotContain(false);
      for (FakePeer peer : peers) {
        peer.send("x");
      }
      Eventually.holds("all handlers have returned", () -> returned.get() == peers.size());
      assertServed(peers.get(0));
    }
  }

  /** A peer whose handler waits for it. */
  private static FakePeer waiting(Harness engine) throws Exception {
    FakePeer peer = engine.dial();
    peer.send("w");
    return peer;
  }

  private static boolean isInterrupted(Reader reader) throws IOException {
    try {
      reader.readByte();
      return false;
    } catch (InterruptedIOException e) {
      return true;
    }
  }
}
