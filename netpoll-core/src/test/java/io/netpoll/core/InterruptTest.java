package io.netpoll.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.Reader;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  /** More than there may be threads, so that one of the handlers leads the loop while it waits. */
  private static final int MANY = 600;

  private static Thread leader(Harness engine) throws Exception {
    Thread leader = engine.group.firstLoop().leader();
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
    whileAHandlerLeadsInPlace(loop -> loop.leader().interrupt());
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

  private static void whileAHandlerLeadsInPlace(Consumer<PollLoop> interrupts) throws Exception {
    AtomicInteger waiting = new AtomicInteger();
    List<CompletableFuture<Boolean>> ends = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ends.add(new CompletableFuture<>());
    }
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger returned = new AtomicInteger();
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
                    while (isInterrupted(c.reader(), ended.get() < ends.size())) {
                      boolean isSet = Thread.interrupted();
                      ends.get(ended.getAndIncrement()).complete(isSet);
                    }
                    returned.incrementAndGet();
                  }));
      List<FakePeer> peers = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        peers.add(engine.dial());
        peers.get(i).send("w");
      }
      Eventually.holds("all handlers wait", Duration.ofSeconds(30), () -> waiting.get() == MANY);
      PollLoop loop = engine.group.firstLoop();
      for (CompletableFuture<Boolean> end : ends) {
        Eventually.holds("one leads in place", () -> leadsInPlace(loop));
        interrupts.accept(loop);
        assertThat(end.get(20, TimeUnit.SECONDS)).as("the flag is set").isTrue();
      }
      assertThat(ended).hasValue(ends.size());
      for (FakePeer peer : peers) {
        peer.send("x");
      }
      Eventually.holds("all handlers have returned", () -> returned.get() == MANY);
      assertServed(peers.get(0));
    }
  }

  private static boolean isInterrupted(Reader reader, boolean mayBe) throws IOException {
    try {
      reader.readByte();
      return false;
    } catch (InterruptedIOException e) {
      assertThat(mayBe).isTrue();
      return true;
    }
  }

  private static boolean leadsInPlace(PollLoop loop) throws Exception {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    loop.execute(() -> answer.complete(loop.waitingLeader.isLeading()));
    return answer.get(20, TimeUnit.SECONDS);
  }
}
