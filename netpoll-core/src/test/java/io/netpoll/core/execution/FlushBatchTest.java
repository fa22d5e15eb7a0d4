package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.DetachedSocket;
import io.netpoll.Execution;
import io.netpoll.WriteTimeoutException;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When the answers of connections leave whose handlers have their turn together. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class FlushBatchTest {

  @ParameterizedTest
  @EnumSource(
      value = Execution.Mode.class,
      names = {"ADAPTIVE", "INLINE"})
  void coalescedAnswersOfATurnLeaveWhenAllItsHandlersHaveRun(Execution.Mode mode) throws Exception {
    Eventually.passes( // the loop of a slow machine may be passed on
        () -> assertThat(receivedWhenTheSecondHandlerRuns(mode, true)).containsExactly(0, 0));
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.Mode.class,
      names = {"ADAPTIVE", "INLINE"})
  void otherAnswersLeaveBeforeTheNextHandlerRuns(Execution.Mode mode) throws Exception {
    Eventually.passes(
        () ->
            assertThat(receivedWhenTheSecondHandlerRuns(mode, false))
                .containsExactlyInAnyOrder(0, 1));
  }

  /** How many bytes the two peers have when the second handler runs. */
  private static List<Integer> receivedWhenTheSecondHandlerRuns(
      Execution.Mode mode, boolean coalesce) throws Exception {
    List<Integer> received = new CopyOnWriteArrayList<>();
    List<Connection> called = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Harness.execution(mode))) {
      FakePeer[] peers = new FakePeer[2];
      engine.serve(
          s -> {
            s.coalesceFlushes(coalesce);
            s.onRequest(
                c -> {
                  called.add(c);
                  if (called.size() == 2) {
                    received.add(peers[0].received());
                    received.add(peers[1].received());
                  }
                  echo(c);
                });
          });
      peers[0] = engine.dial();
      peers[1] = engine.dial();
      sendTogether(engine, "x", peers);
      Eventually.holds("both handlers ran", () -> received.size() == 2);
      assertThat(peers[0].receiveText(1, Harness.SOON)).isEqualTo("x");
      assertThat(peers[1].receiveText(1, Harness.SOON)).isEqualTo("x");
    }
    return received;
  }

  @Test
  void anAnswerIsNotHeldBackByAHandlerThatWaitsForInput() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(engine, c -> c.reader().skip(3));
      FakePeer[] peers = twoAnswersBesideOneThatIsBusy(engine);
      peers[2].send("12");
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("w");
    }
  }

  @Test
  void anAnswerIsNotHeldBackByAHandlerThatWaitsForAnythingElse() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            goOn.await();
          });
      FakePeer[] peers = twoAnswersBesideOneThatIsBusy(engine);
      goOn.countDown();
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("w");
    }
  }

  /** Sends to the handler that waits between two others, and receives what they answer. */
  private static FakePeer[] twoAnswersBesideOneThatIsBusy(Harness engine) throws Exception {
    FakePeer[] peers = {engine.dial(), engine.dial(), engine.dial()};
    sendTheBusyOneItsRequest(engine, peers);
    assertThat(peers[0].receiveText(1, Harness.SOON)).isEqualTo("x");
    assertThat(peers[1].receiveText(1, Harness.SOON)).isEqualTo("x");
    return peers;
  }

  private static void sendTheBusyOneItsRequest(Harness engine, FakePeer[] peers) throws Exception {
    sendTogether(
        engine,
        peers.length,
        () -> {
          peers[0].send("x");
          peers[2].send("w");
          peers[1].send("x");
        });
  }

  @Test
  void whatAHandlerFlushesLeavesSoonIfItIsTheOneThatHoldsTheTurnUp() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    CompletableFuture<Void> second = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            answer(c, "1");
            first.get(); // nothing more comes: only the watch-dog can have it sent
            answer(c, "2");
            second.get(); // the loop is another thread's: this is sent at once
          });
      FakePeer[] peers = twoAnswersBesideOneThatIsBusy(engine);
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("1");
      first.complete(null);
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("2");
      second.complete(null);
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("w");
    }
  }

  @Test
  void whatAHandlerFlushesLeavesSoonAlsoIfNoThreadCanTakeItsLoop() throws Exception {
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            answer(c, "1");
            goOn.get();
          });
      FakePeer[] peers = {engine.dial(), engine.dial(), engine.dial()};
      List<FollowerThreads.Follower> threads = takeAllSpares();
      try {
        sendTheBusyOneItsRequest(engine, peers);
        assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("1");
      } finally {
        threads.forEach(FollowerThreads.SHARED::giveBack);
        goOn.complete(null);
      }
      assertThat(peers[0].receiveText(1, Harness.SOON)).isEqualTo("x");
      assertThat(peers[1].receiveText(1, Harness.SOON)).isEqualTo("x");
      assertThat(peers[2].receiveText(1, Harness.SOON)).isEqualTo("w");
    }
  }

  private static List<FollowerThreads.Follower> takeAllSpares() {
    List<FollowerThreads.Follower> taken = new ArrayList<>();
    Eventually.holds(
        "all were taken",
        () -> {
          FollowerThreads.Follower spare;
          while ((spare = FollowerThreads.SHARED.take()) != null) {
            taken.add(spare);
          }
          return taken.size() >= 256;
        });
    return taken;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsHeldBackLeavesBeforeTheEndOfItsConnection(boolean detach) throws Exception {
    List<DetachedSocket> detached = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s -> {
            s.coalesceFlushes(true);
            s.onRequest(
                c -> {
                  echo(c);
                  if (detach) {
                    c.detach().thenAccept(detached::add);
                  } else {
                    c.close();
                  }
                });
          });
      FakePeer[] peers = {engine.dial(), engine.dial(), engine.dial()};
      sendTogether(engine, "x", peers);
      for (FakePeer peer : peers) {
        assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("x");
        if (!detach) {
          assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
        }
      }
      if (detach) {
        Eventually.holds("all were detached", () -> detached.size() == peers.length);
        detached.forEach(DetachedSocket::close);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.Mode.class,
      names = {"ADAPTIVE", "INLINE"})
  void manyAndLargeAnswersOfATurnAllLeave(Execution.Mode mode) throws Exception {
    int answer = 20 << 10;
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.coalesceFlushes(true);
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  answer(c, "y".repeat(answer));
                });
          });
      FakePeer[] peers = new FakePeer[40];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = engine.dial();
        peers[i].setWindow(1 << 20);
      }
      for (int i = 0; i < 20; i++) {
        sendTogether(engine, "x", peers);
        for (FakePeer peer : peers) {
          assertThat(peer.receive(answer, Harness.SOON)).hasSize(answer);
        }
      }
    }
  }

  @Test
  void noAnswerIsLostWhileTheLoopIsPassedOnAllTheTime() throws Exception {
    Random random = new Random(11);
    try (Harness engine = new Harness(Execution.adaptive())) {
      serve(
          engine,
          c -> {
            c.reader().skip(1);
            answer(c, "1");
            Thread.sleep(ThreadLocalRandom.current().nextInt(3));
            answer(c, "2");
          });
      FakePeer[] peers = new FakePeer[30];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = engine.dial();
      }
      for (int round = 0; round < 100; round++) {
        String[] requests = new String[peers.length];
        for (int i = 0; i < requests.length; i++) {
          requests[i] = random.nextInt(peers.length) == 0 ? "w" : "x";
        }
        sendTogether(
            engine,
            peers.length,
            () -> {
              for (int i = 0; i < requests.length; i++) {
                peers[i].send(requests[i]);
              }
            });
        for (int i = 0; i < requests.length; i++) {
          String answer = requests[i].equals("w") ? "12w" : "x";
          assertThat(peers[i].receiveText(answer.length(), Harness.SOON)).isEqualTo(answer);
        }
      }
    }
  }

  @Test
  void inputOfAPeerThatDoesNotTakeItsAnswersWaits() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s -> {
            s.coalesceFlushes(true);
            s.outputHighWaterMark(4);
            s.outputLowWaterMark(1);
            s.onRequest(
                c -> {
                  handled.addAndGet(c.reader().length());
                  echo(c);
                });
          });
      FakePeer[] peers = {engine.dial(), engine.dial()};
      peers[0].setWindow(2);
      for (String text : List.of("123456789", "abcdefghi", "ABCDEFGHI")) {
        sendTogether(engine, text, peers);
        assertThat(peers[1].receiveText(9, Harness.SOON)).isEqualTo(text);
      }
      assertThat(handled).hasValue(4 * 9); // the first of one, and all of the other
      assertThat(peers[0].receiveText(27, Harness.SOON)).isEqualTo("123456789abcdefghiABCDEFGHI");
    }
  }

  @Test
  void aFlushOfMoreThanTheHighWaterMarkIsNotLeftButWaits() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (Harness engine = new Harness(Execution.adaptive())) {
      engine.serve(
          s -> {
            s.coalesceFlushes(true);
            s.outputHighWaterMark(4);
            s.outputLowWaterMark(1);
            s.writeTimeout(Duration.ofMillis(20));
            s.onRequest(
                c -> {
                  try {
                    echo(c);
                  } catch (WriteTimeoutException e) {
                    failure.complete(e);
                    throw e;
                  }
                });
          });
      FakePeer[] peers = {engine.dial(), engine.dial(), engine.dial()};
      peers[0].setWindow(0);
      sendTogether(engine, "12345", peers);
      assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(WriteTimeoutException.class);
      assertThat(peers[1].receiveText(5, Harness.SOON)).isEqualTo("12345");
      assertThat(peers[2].receiveText(5, Harness.SOON)).isEqualTo("12345");
    }
  }

  private interface Work {
    void on(Connection connection) throws Exception;
  }

  /** Answers each byte with itself; on a w, it does the work first. */
  private static void serve(Harness engine, Work work) throws IOException {
    engine.serve(
        s -> {
          s.coalesceFlushes(true);
          s.onRequest(
              c -> {
                if (c.reader().peek(1).get(0) == 'w') {
                  work.on(c);
                  answer(c, "w");
                } else {
                  echo(c);
                }
              });
        });
  }

  private static void echo(Connection c) throws IOException {
    c.writer().writeBinary(c.reader().next(c.reader().length()));
    c.writer().flush();
  }

  private static void answer(Connection c, String text) throws IOException {
    c.writer().writeString(text);
    c.writer().flush();
  }

  private static void sendTogether(Harness engine, String text, FakePeer... peers)
      throws Exception {
    sendTogether(
        engine,
        peers.length,
        () -> {
          for (FakePeer peer : peers) {
            peer.send(text);
          }
        });
  }

  private interface Sends {
    void send() throws Exception;
  }

  /** Sends on the loop, which then finds all of it in one poll. */
  private static void sendTogether(Harness engine, int peers, Sends sends) throws Exception {
    Eventually.holds("they are connected", () -> engine.opened.size() == peers);
    CompletableFuture<Void> sent = new CompletableFuture<>();
    engine
        .opened
        .iterator()
        .next()
        .loop()
        .execute(
            () -> {
              try {
                sends.send();
                sent.complete(null);
              } catch (Exception e) {
                sent.completeExceptionally(e);
              }
            });
    sent.get(10, TimeUnit.SECONDS);
  }
}
