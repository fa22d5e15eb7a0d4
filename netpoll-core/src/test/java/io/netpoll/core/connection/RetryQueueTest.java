package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.core.group.Harness;
import io.netpoll.core.loop.ReadyQueue;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What there is no memory for is done later, and once. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class RetryQueueTest {
  private final RetryQueue postponed = new RetryQueue();

  /** Fails so often, and then completes. */
  private static class Failing extends RetryQueue.Step {
    private final ConnectionLoop loop;
    private int failures;
    final CompletableFuture<String> end = new CompletableFuture<>();

    Failing(ConnectionLoop loop, int failures) {
      this.loop = loop;
      this.failures = failures;
    }

    @Override
    public void retry() {
      if (failures-- > 0) {
        loop.postpone(this, new OutOfMemoryError("by a test"));
      } else {
        end.complete("done");
      }
    }

    @Override
    public void abandon() {
      end.complete("abandoned");
    }
  }

  private List<RetryQueue.Step> takeAll() {
    List<RetryQueue.Step> all = new ArrayList<>();
    for (RetryQueue.Step step = postponed.takeAll(); step != null; step = step.leave()) {
      all.add(step);
    }
    return all;
  }

  @Test
  void aStepIsInTheStackOnce_andCanBeAddedAgainWhenItHasLeft() {
    Failing first = new Failing(null, 0);
    Failing second = new Failing(null, 0);
    assertThat(postponed.isEmpty()).isTrue();
    postponed.add(first);
    postponed.add(second);
    postponed.add(first);
    postponed.add(second);
    assertThat(postponed.isEmpty()).isFalse();
    assertThat(takeAll()).containsExactly(second, first);
    assertThat(takeAll()).isEmpty();
    postponed.add(first);
    assertThat(takeAll()).containsExactly(first);
  }

  @Test
  void aLoopTriesAgainUntilItSucceeds_andAbandonsWhatComesAfterItsEnd() throws Exception {
    ConnectionLoop loop;
    try (Harness engine = new Harness(Execution.adaptive())) {
      loop = engine.group.firstLoop();
      List<Failing> steps = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        steps.add(new Failing(loop, i));
      }
      steps.forEach(Failing::retry);
      for (Failing step : steps) {
        assertThat(step.end.get(20, TimeUnit.SECONDS)).isEqualTo("done");
      }
    }
    loop.end().get(20, TimeUnit.SECONDS);
    Failing late = new Failing(loop, 0);
    loop.postpone(late, new OutOfMemoryError("by a test"));
    assertThat(late.end.getNow("waits")).isEqualTo("abandoned");
  }

  private static void echo(Connection connection) throws Exception {
    byte first = connection.reader().readByte();
    connection.writer().writeByte(first);
    connection.writer().flush();
  }

  /** Serves one connection to its end on an executor; what it is to see is counted. */
  private static void assertServes(Executor executor) throws Exception {
    AtomicInteger requests = new AtomicInteger();
    AtomicInteger disconnects = new AtomicInteger();
    AtomicInteger closes = new AtomicInteger();
    OnRequest handler =
        connection -> {
          requests.incrementAndGet();
          echo(connection);
        };
    try (Harness engine = new Harness(Execution.workers(executor))) {
      engine.serve(
          settings -> {
            settings.onConnect(c -> c.addCloseCallback(closed -> closes.incrementAndGet()));
            settings.onDisconnect(c -> disconnects.incrementAndGet());
            settings.onRequest(handler);
          });
      try (FakePeer peer = engine.dial()) {
        for (int i = 0; i < 20; i++) {
          peer.send("x");
          assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("x");
        }
      }
      Eventually.holds("the connection is closed", () -> engine.closed.size() == 1);
    }
    assertThat(requests.get()).isEqualTo(20);
    assertThat(disconnects.get()).isEqualTo(1);
    assertThat(closes.get()).isEqualTo(1);
  }

  @Test
  void whatAnExecutorFailsToStartIsTriedAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    assertServes(
        task -> {
          if (calls.incrementAndGet() % 2 == 1) {
            throw new InternalError("There is no memory, says a test.");
          }
          new Thread(task).start();
        });
  }

  @Test
  void whatAnExecutorStartsAndFailsAllTheSameIsRunOnce() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    assertServes(
        task -> {
          new Thread(task).start();
          if (calls.incrementAndGet() % 2 == 1) {
            throw new IllegalStateException("It was started, says a test.");
          }
        });
  }

  @Test
  void readyRunsAreAQueue() {
    ReadyQueue runs = new ReadyQueue();
    ArrayDeque<Runnable> model = new ArrayDeque<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      boolean growing = i / 10_000 % 2 == 0;
      if (model.isEmpty() || random.nextInt(3) > (growing ? 0 : 1)) {
        Runnable run = new Thread();
        runs.add(run);
        model.add(run);
      } else {
        assertThat(runs.remove()).isSameAs(model.remove());
      }
      assertThat(runs.size()).isEqualTo(model.size());
      assertThat(runs.isEmpty()).isEqualTo(model.isEmpty());
    }
  }
}
