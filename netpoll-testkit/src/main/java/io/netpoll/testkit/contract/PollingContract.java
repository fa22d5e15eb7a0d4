package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Waiting, waking up, the batch, and the end of a poller. Waits without limit find what is lost.
 */
abstract class PollingContract extends PollerSuite {
  private static final int STORM = 10_000;
  private static final int THREADS = 8;

  @Test
  void pollWaitsItsTimeoutAndNoLess_alsoBetweenMilliseconds() throws Exception {
    long timeout = 20_900_000;
    long start = System.nanoTime();

    assertThat(stage.poller().poll(timeout)).isZero();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
  }

  @Test
  void theShortestTimeoutWaits_soThatALoopBeforeATimerDoesNotSpin() throws Exception {
    int polls = 0;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5);
    for (long left; (left = end - System.nanoTime()) > 0; polls++) {
      stage.poller().poll(left);
    }
    assertThat(polls).isLessThanOrEqualTo(5);
  }

  @Test
  void pollOfZeroDoesNotWait() throws Exception {
    assertThat(stage.poller().poll(0)).isZero();
    assertThat(stage.dispatchOne()).isFalse();
  }

  @Test
  void wakeupBeforeEndsTheNextPoll_andOnlyThat() throws Exception {
    stage.poller().wakeup();
    stage.poller().wakeup();

    assertThat(stage.poller().poll(Long.MAX_VALUE)).isZero();
    assertThat(stage.dispatchOne()).isFalse();
    stage.assertQuiet();
  }

  @Test
  void wakeupFromAnotherThreadEndsEveryPoll() throws Exception {
    Semaphore polled = new Semaphore(0);
    FutureTask<Void> waker =
        Background.start(
            () -> {
              for (int i = 0; i < STORM; i++) {
                stage.poller().wakeup();
                polled.acquire();
              }
              return null;
            });
    for (int i = 0; i < STORM; i++) {
      stage.poller().poll(Long.MAX_VALUE);
      polled.release();
    }
    waker.get();
  }

  @Test
  void aStormOfWakeups_losesNoneOfTenThousandTasksFromEightThreads_norAnEvent() throws Exception {
    Queue<Integer> tasks = new ConcurrentLinkedQueue<>();
    var pair = readingPair(anyKind());
    List<FutureTask<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      threads.add(
          Background.start(
              () -> {
                for (int task = 0; task < STORM / THREADS; task++) {
                  tasks.add(thread);
                  stage.poller().wakeup();
                }
                return null;
              }));
    }
    FutureTask<Void> peer =
        Background.start(
            () -> {
              for (int i = 0; i < STORM / THREADS; i++) {
                pair.peerSends("x");
              }
              return null;
            });
    int[] done = new int[THREADS];
    int left = STORM / THREADS * THREADS;
    while (left > 0 || pair.endpoint().received.size() < STORM / THREADS) {
      stage.poller().poll(Long.MAX_VALUE);
      stage.dispatch();
      for (Integer task; (task = tasks.poll()) != null; left--) {
        done[task]++;
      }
    }
    for (FutureTask<Void> thread : threads) {
      thread.get();
    }
    peer.get();
    assertThat(done).containsOnly(STORM / THREADS);
    stage.assertQuiet();
  }

  @Test
  void aWakeupIsNotLostBesideAListenerThatCloses() throws Exception {
    RecordingAcceptor acceptor = new RecordingAcceptor();
    var socket = provider().bind(SocketKind.TCP.free(directory), 1);
    var handle = stage.poller().accept(socket, Map.of(), acceptor);
    stage.turn();
    stage.poller().wakeup();
    handle.close();

    stage.poller().poll(Long.MAX_VALUE);
    stage.dispatch();
    stage.until(acceptor::isClosed);
  }

  @Test
  void aWakeupDuringAndAfterCloseDoesNothing() throws Exception {
    FutureTask<Void> waker =
        Background.start(
            () -> {
              for (int i = 0; i < STORM; i++) {
                stage.poller().wakeup();
              }
              return null;
            });
    stage.closePoller();
    waker.get();
    stage.poller().wakeup();
  }

  @Test
  void nothingWorksAfterClose() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().detach();
    stage.untilTold(pair.endpoint(), "detached");
    StreamSocket socket = pair.endpoint().detached();
    stage.closePoller();

    assertThatThrownBy(() -> stage.poller().poll(0)).isInstanceOf(IOException.class);
    assertThat(stage.dispatchOne()).isFalse();
    assertThatThrownBy(() -> stage.connect(pair.peer().getRemoteAddress()))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> stage.attach(socket, new RecordingEndpoint()))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> pair.peerReads(1)).as("reset").isInstanceOf(IOException.class);
    try (var listening = provider().bind(SocketKind.TCP.free(directory), 1)) {
      assertThatThrownBy(() -> stage.poller().accept(listening, Map.of(), new RecordingAcceptor()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void anInterruptedLeaderLosesNothing() throws Exception {
    var pair = readingPair(SocketKind.TCP);
    pair.peerSends("hello");
    Thread.currentThread().interrupt();
    try {
      pair.endpoint().write("sent while interrupted");
      assertThat(pair.endpoint().send()).isTrue();
      stage.untilReceived(pair.endpoint(), "hello");
      pair.handle().close();
      stage.untilTold(pair.endpoint(), "closed");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(pair.peerReads(22)).isEqualTo("sent while interrupted");
    stage.assertQuiet();
  }

  @Test
  void theBatchIsHandledOneByOne_byWhicheverThread() throws Exception {
    assumeFalse(provider().threadAffine(), "The backend needs one permanent leader.");
    var first = readingPair(anyKind());
    var second = readingPair(anyKind());
    first.peerSends("1");
    second.peerSends("2");
    stage.poller().poll(Long.MAX_VALUE);
    assertThat(stage.dispatchOne()).isTrue();
    assertThat(first.endpoint().text() + second.endpoint().text()).hasSize(1);

    Background.start(
            () -> {
              stage.until(() -> first.endpoint().received.size() == 1);
              stage.until(() -> second.endpoint().received.size() == 1);
              return null;
            })
        .get();
    assertThat(first.endpoint().text()).isEqualTo("1");
    assertThat(second.endpoint().text()).isEqualTo("2");
  }

  @Test
  void manySocketsAreReadyAtOnce_eachGetsItsOwn() throws Exception {
    List<SocketPair> pairs = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      pairs.add(pair());
    }
    for (SocketPair pair : pairs) {
      pair.endpoint().resume();
      pair.peerSends("<" + pairs.indexOf(pair) + ">");
    }
    for (SocketPair pair : pairs) {
      stage.untilReceived(pair.endpoint(), "<" + pairs.indexOf(pair) + ">");
    }
    stage.assertQuiet();
  }
}
